// A connection as its owner defined it: where to connect, as whom, and what is expected there.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/core/pattern.hpp"
#include "agent/core/secret.hpp"
#include "extension/rules/privilege.hpp"

namespace conncheck {

/// A place in a configuration file; line and column count from 1, 0 means "the whole file".
struct Origin {
  std::string file;
  int line = 0;
  int column = 0;
};

struct EnvironmentPassword {
  std::string variable;
};
struct PasswordFile {
  std::string path;  ///< absolute, or relative to the working directory
};
struct PasswordCommand {
  std::vector<std::string> argv;  ///< run without a shell; its first output line is the password
};
/// Where the password comes from. monostate: nothing given, libpq's passfile or service may have
/// it. Read anew for each check, so that a rotated password is picked up.
using PasswordSource =
    std::variant<std::monostate, Secret, EnvironmentPassword, PasswordFile, PasswordCommand>;

enum class Provider { postgres, neon, supabase };

/// `require`: every relation that a pattern matches must grant all of `privileges`.
/// `forbid`: none of them may grant any of `privileges`.
struct PolicyRule {
  std::vector<RelationPattern> tables;
  PrivilegeSet privileges;
  Origin origin;
  /// As `--require` means it: only relations of user schemas and of no extension; SELECT of every
  /// kind, all else of tables, partitioned and foreign tables alone.
  bool only_applicable_kinds = false;
};

struct Schedule {
  std::chrono::milliseconds every{0};  ///< 0: not given
  double jitter = 0.0;                 ///< share of `every`, 0 to 1
  std::string cron;                    ///< empty: not given
  std::string timezone;
};

/// The SSH server ("bastion") through which a connection's server is reached.
struct Tunnel {
  std::string host;
  std::string port = "22";
  std::string user;           ///< empty: OpenSSH's default, the user who runs conncheck
  std::string identity_file;  ///< empty: the agent's keys and OpenSSH's default files
  std::string known_hosts;    ///< empty: the user's own and the machine's
  std::string agent;          ///< the agent's socket; empty: $SSH_AUTH_SOCK
  PasswordSource password;    ///< the user's, at the bastion
  PasswordSource passphrase;  ///< the identity file's
};

/// One connection. Owns all of its text; nothing in it points elsewhere.
struct Connection {
  std::string name;
  Origin origin;
  /// libpq's keywords and values (host, port, dbname, user, sslmode, …), never the password.
  std::map<std::string, std::string> parameters;
  /// libpq's other keywords whose values are secret (sslpassword), but not the password.
  std::map<std::string, Secret> secret_parameters;
  PasswordSource password;
  Provider provider = Provider::postgres;
  std::chrono::milliseconds timeout{10'000};  ///< for the whole check, DNS to last row
  Schedule schedule;
  std::vector<NamePattern> roles;  ///< whose permissions to audit; empty: the login's own
  std::vector<PolicyRule> require;
  std::vector<PolicyRule> forbid;
  std::map<std::string, std::string> tags;
  std::optional<Tunnel> tunnel;  ///< never connect around it
};

/// "host:port", with an IPv6 address in brackets.
[[nodiscard]] std::string display_host(std::string_view host, std::string_view port);

/// "user@host:port/database" for people: no secret, no control character. What is not given is
/// shown as libpq would take it (port 5432, the user's name as database), a host that is not given
/// as [local], or as service=NAME where the service file has it.
[[nodiscard]] std::string display_target(const Connection& connection);

/// "user@bastion", with the port where it is not 22; as printable as the above.
[[nodiscard]] std::string display_bastion(const Tunnel& tunnel);

}  // namespace conncheck
