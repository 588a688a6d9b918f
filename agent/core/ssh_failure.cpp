#include <fmt/format.h>

#include <array>

#include "agent/core/shell_word.hpp"
#include "agent/core/ssh_log.hpp"

namespace conncheck {
namespace {

/// The last line with `part` in it: ssh names what made it end last.
std::optional<std::string_view> line_with(const SshLog& log, std::string_view part) {
  std::optional<std::string_view> found;
  for (const std::string& line : log.lines()) {
    if (line.find(part) != std::string::npos) {
      found = line;
    }
  }
  return found;
}

std::string_view after(std::string_view line, std::string_view part) {
  const std::size_t found = line.find(part);
  return found == std::string_view::npos ? line : line.substr(found + part.size());
}

std::string_view after_last(std::string_view line, std::string_view part) {
  const std::size_t found = line.rfind(part);
  return found == std::string_view::npos ? line : line.substr(found + part.size());
}

/// As the bastion is written in known_hosts.
std::string known_name(const Tunnel& tunnel) {
  return tunnel.port == "22" ? tunnel.host : fmt::format("[{}]:{}", tunnel.host, tunnel.port);
}

std::string known_hosts(const Tunnel& tunnel) {
  return tunnel.known_hosts.empty() ? "~/.ssh/known_hosts" : shell_word(tunnel.known_hosts);
}

std::string fingerprint(const SshLog& log) {
  return log.fingerprint().empty() ? "its host key" : fmt::format("{}", log.fingerprint());
}

Failure of_tunnel(FailureCode code, std::string message, std::string hint) {
  return {code, Phase::tunnel, std::nullopt, std::move(message), std::move(hint)};
}

Failure tunnel_failed(std::string message, std::string hint) {
  return of_tunnel(FailureCode::tunnel_failed, std::move(message), std::move(hint));
}

std::string keyscan(const Tunnel& tunnel) {
  return fmt::format("`ssh-keyscan -p {} {} >> {}`", tunnel.port, tunnel.host, known_hosts(tunnel));
}

std::optional<Failure> host_key_failure(const SshLog& log, const Tunnel& tunnel) {
  const std::string bastion = display_bastion(tunnel);
  if (line_with(log, "HOST IDENTIFICATION HAS CHANGED")) {
    return of_tunnel(
        FailureCode::host_key_mismatch,
        fmt::format(
            "the host key of the bastion {} has changed: it sends {}, and another one is in "
            "the known hosts",
            bastion, fingerprint(log)),
        fmt::format(
            "somebody may be in between: ask the bastion's administrator whether the key was "
            "changed, and compare the fingerprint; only then `ssh-keygen -R {} -f {}` and {}",
            shell_word(known_name(tunnel)), known_hosts(tunnel), keyscan(tunnel)));
  }
  if (line_with(log, "REVOKED HOST KEY") || line_with(log, "was revoked and you have requested")) {
    return of_tunnel(FailureCode::host_key_mismatch,
                     fmt::format("the host key of the bastion {}, {}, is marked as revoked",
                                 bastion, fingerprint(log)),
                     "do not connect to it: ask the bastion's administrator for its new key");
  }
  if (line_with(log, "host key is known for") || line_with(log, "Host key verification failed")) {
    return of_tunnel(
        FailureCode::host_key_mismatch,
        fmt::format("the host key of the bastion {} is unknown: it sends {}", bastion,
                    fingerprint(log)),
        fmt::format("fetch it by {}, and compare its fingerprint (`ssh-keygen -l -f {}`) with the "
                    "one that the bastion's administrator names before you trust it",
                    keyscan(tunnel), known_hosts(tunnel)));
  }
  return std::nullopt;
}

struct KeyRule {
  std::string_view part;
  FailureCode code;
  std::string_view message;  ///< before the identity file's name
  std::string_view hint;
};

// Said of the identity file when it is needed; the login then fails for that reason.
constexpr std::array key_rules = {
    KeyRule{"are too open", FailureCode::config_error,
            "OpenSSH refuses a key that others can read, and others can read", "chmod 600 {0}"},
    KeyRule{"bad permissions", FailureCode::config_error,
            "OpenSSH refuses a key that others can read, and others can read", "chmod 600 {0}"},
    KeyRule{"incorrect passphrase", FailureCode::tunnel_failed,
            "the passphrase does not open the identity file",
            "check `passphrase` of the tunnel: `ssh-keygen -y -f {0}` asks for it"},
    KeyRule{": Permission denied", FailureCode::config_error, "no right to read the identity file",
            "let the user that runs conncheck read {0}, and nobody else"},
    KeyRule{"No such file or directory", FailureCode::config_error, "there is no identity file",
            "create it, or correct `identity_file`: {0}"},
    KeyRule{
        "invalid format", FailureCode::config_error, "OpenSSH cannot read the identity file",
        "name the private key (not the .pub file) in a format that `ssh-keygen -y -f {0}` reads"},
    KeyRule{
        "error in libcrypto", FailureCode::config_error, "OpenSSH cannot read the identity file",
        "name the private key (not the .pub file) in a format that `ssh-keygen -y -f {0}` reads"},
};

std::optional<Failure> identity_failure(const SshLog& log, const Tunnel& tunnel) {
  if (tunnel.identity_file.empty()) {
    return std::nullopt;
  }
  for (const std::string& line : log.lines()) {
    const bool about_key = line.starts_with("Load key ") || line.starts_with("Permissions ") ||
                           line.starts_with("no such identity: ") ||
                           line.starts_with("Warning: Identity file ");
    for (const KeyRule& rule : key_rules) {
      if (about_key && line.find(rule.part) != std::string::npos) {
        const std::string path = shell_word(tunnel.identity_file);
        return of_tunnel(rule.code, fmt::format("{} {}", rule.message, tunnel.identity_file),
                         fmt::format(fmt::runtime(rule.hint), path));
      }
    }
  }
  return std::nullopt;
}

/// The bastion takes the key, but the key could not be used.
Failure unusable_key_failure(const Tunnel& tunnel) {
  if (tunnel.identity_file.empty()) {
    return tunnel_failed(fmt::format("the bastion {} takes a key with which ssh could not sign",
                                     display_bastion(tunnel)),
                         "the agent may want a confirmation, or be locked (`ssh-add -l`); a key of "
                         "its own is better: "
                         "`identity_file`");
  }
  const std::string path = shell_word(tunnel.identity_file);
  if (std::holds_alternative<std::monostate>(tunnel.passphrase)) {
    return tunnel_failed(
        fmt::format("the bastion {} takes the key {}, but it is encrypted", display_bastion(tunnel),
                    tunnel.identity_file),
        fmt::format(
            "give the tunnel its `passphrase`, or load the key into the agent: `ssh-add {}`",
            path));
  }
  return tunnel_failed(
      fmt::format("the passphrase does not open the identity file {}", tunnel.identity_file),
      fmt::format("check `passphrase` of the tunnel: `ssh-keygen -y -f {}` asks for it", path));
}

std::string how_to_be_let_in(const Tunnel& tunnel, std::string_view methods) {
  if (methods.find("publickey") == std::string_view::npos) {
    return fmt::format("the bastion lets nobody in by key ({}): give the tunnel a `password`",
                       methods);
  }
  if (!tunnel.identity_file.empty()) {
    return fmt::format(
        "put the public half of {} into the user's authorized_keys at the bastion, and check "
        "`user`",
        tunnel.identity_file);
  }
  return "give the tunnel an `identity_file`, or load the key into the SSH agent ($SSH_AUTH_SOCK, "
         "or "
         "`agent`) of the user that runs conncheck; and check `user`";
}

std::optional<Failure> login_failure(const SshLog& log, const SshQuestions& questions,
                                     const Tunnel& tunnel) {
  const std::string bastion = display_bastion(tunnel);
  if (questions.password_asked_again) {
    return tunnel_failed(fmt::format("the bastion {} refuses the password", bastion),
                         "check `user` and `password` of the tunnel; it was tried once only");
  }
  if (!questions.unanswered.empty()) {
    return tunnel_failed(
        fmt::format("the bastion {} asks for what the tunnel has no answer to: {}", bastion,
                    questions.unanswered),
        "a second factor cannot be given here: let conncheck's user in by key alone");
  }
  const auto denied = line_with(log, "Permission denied (");
  const auto too_many = line_with(log, "Too many authentication failures");
  if (!denied && !too_many) {
    return std::nullopt;
  }
  if (auto failure = identity_failure(log, tunnel)) {
    return failure;
  }
  if (log.key_unusable()) {
    return unusable_key_failure(tunnel);
  }
  if (too_many && !denied) {
    return tunnel_failed(
        fmt::format("the bastion {} refuses the login: too many keys were offered", bastion),
        "the agent holds many keys: name the right one by `identity_file` (its .pub file will do)");
  }
  const std::string_view methods = after(*denied, "Permission denied (");
  return tunnel_failed(fmt::format("the bastion {} refuses the login; it takes {}", bastion,
                                   methods.substr(0, methods.find(')'))),
                       how_to_be_let_in(tunnel, methods.substr(0, methods.find(')'))));
}

/// The bastion was not reached, or does not speak SSH as OpenSSH does.
std::optional<Failure> contact_failure(const SshLog& log, const Tunnel& tunnel) {
  const std::string bastion = fmt::format("{}:{}", tunnel.host, tunnel.port);
  if (const auto line = line_with(log, "Could not resolve hostname")) {
    return tunnel_failed(
        fmt::format("the name of the bastion, {}, could not be resolved: {}", tunnel.host,
                    after_last(*line, ": ")),
        "check `host` of the tunnel, and this machine's name servers; it has to be the "
        "bastion's own name: aliases of an ssh_config are not known here");
  }
  if (const auto line = line_with(log, "ssh: connect to host ")) {
    const std::string_view reason = after_last(*line, ": ");
    const bool refused = reason == "Connection refused";
    return tunnel_failed(
        fmt::format("the bastion {} was not reached: {}", bastion, reason),
        refused ? "no SSH server listens there: is it running, and are `host` and `port` of the "
                  "tunnel right?"
                : "check the network and the firewall between this machine and the bastion");
  }
  if (const auto line = line_with(log, "Unable to negotiate with")) {
    return tunnel_failed(
        fmt::format("the bastion {} and this OpenSSH have no algorithm in common: {}", bastion,
                    after_last(*line, ": no ")),
        "the bastion's SSH server is too old for this client: update it");
  }
  for (const std::string_view part :
       {"kex_exchange_identification", "banner exchange", "Protocol major versions differ",
        "Bad packet length", "ssh_dispatch_run_fatal", "Connection closed by",
        "Connection reset by", "Not allowed at this time", "Received disconnect from"}) {
    if (const auto line = line_with(log, part)) {
      const bool speaks_ssh = log.stage() >= SshStage::talking;
      return tunnel_failed(
          speaks_ssh ? fmt::format("the bastion {} ended the connection: {}", bastion, *line)
                     : fmt::format("what listens at {} does not answer as an SSH server does: {}",
                                   bastion, *line),
          speaks_ssh ? "see the bastion's log; many logins at once may be too many for it "
                       "(MaxStartups), or this address is banned for a while"
                     : "are `host` and `port` of the tunnel right? A bastion that is overrun "
                       "(MaxStartups) or bans this address closes the connection, too");
    }
  }
  return std::nullopt;
}

struct OpenRule {
  std::string_view part;
  FailureCode code;
  std::string_view hint;
};

// What a bastion says of its own attempt, in English: sshd sets no locale.
constexpr std::array open_rules = {
    OpenRule{"Connection refused", FailureCode::refused,
             "nothing listens there, as seen from the bastion: is the server running, and are host "
             "and port those that the bastion reaches it by?"},
    OpenRule{"Name or service not known", FailureCode::dns_failure,
             "the name is looked up at the bastion: check its spelling, and the bastion's name "
             "servers"},
    OpenRule{"name resolution", FailureCode::dns_failure,
             "the name is looked up at the bastion: check its spelling, and the bastion's name "
             "servers"},
    OpenRule{"No address associated", FailureCode::dns_failure,
             "the name is looked up at the bastion: check its spelling, and the bastion's name "
             "servers"},
    OpenRule{"timed out", FailureCode::timeout,
             "a firewall between the bastion and the database may drop the packets"},
    OpenRule{"unreachable", FailureCode::unreachable,
             "the bastion has no route to that address: check its network"},
    OpenRule{"No route to host", FailureCode::unreachable,
             "the bastion has no route to that address: check its network and the firewall"},
};

/// The bastion let us in, but does not connect us.
std::optional<Failure> open_failure(const SshLog& log, const Tunnel& tunnel,
                                    std::string_view target) {
  const auto line = line_with(log, ": open failed: ");
  if (!line) {
    return std::nullopt;
  }
  const std::string bastion = display_bastion(tunnel);
  const std::string_view reason = after(*line, ": open failed: ");
  if (reason.starts_with("administratively prohibited")) {
    return tunnel_failed(
        fmt::format("the bastion {} forbids connections to {}", bastion, target),
        "allow it in the bastion's sshd_config (AllowTcpForwarding, PermitOpen, DisableForwarding) "
        "and in the user's authorized_keys (restrict, no-port-forwarding, permitopen)");
  }
  for (const OpenRule& rule : open_rules) {
    if (reason.find(rule.part) != std::string_view::npos) {
      return Failure{rule.code, Phase::connect, std::nullopt,
                     fmt::format("the bastion {} cannot connect to {}: {}", bastion, target,
                                 after_last(reason, ": ")),
                     std::string(rule.hint)};
    }
  }
  return tunnel_failed(
      fmt::format("the bastion {} does not connect to {}: {}", bastion, target, reason),
      "see the log of the bastion's SSH server");
}

/// The connection to the bastion broke while it was in use.
std::optional<Failure> broken_failure(const SshLog& log, const Tunnel& tunnel) {
  for (const std::string_view part :
       {"closed by remote host", "not responding", "client_loop: ", "Connection reset by",
        "Connection closed by", "Bad packet length", "Received disconnect from", "Corrupted MAC",
        "Broken pipe"}) {
    if (const auto line = line_with(log, part)) {
      return tunnel_failed(
          fmt::format("the connection to the bastion {} broke: {}", display_bastion(tunnel), *line),
          "see the log of the bastion's SSH server, and the network in between");
    }
  }
  return std::nullopt;
}

std::optional<Failure> local_failure_of_ssh(const SshLog& log) {
  if (const auto line = line_with(log, "No user exists for uid")) {
    return of_tunnel(FailureCode::config_error, std::string(*line),
                     "OpenSSH wants the user that runs conncheck to have an entry in /etc/passwd");
  }
  for (const std::string_view part :
       {"Bad configuration option", "Unsupported option", "unknown option"}) {
    if (const auto line = line_with(log, part)) {
      return of_tunnel(FailureCode::config_error,
                       fmt::format("this ssh is not as expected: {}", *line),
                       "tunnels need OpenSSH's client as Debian 12 has it (9.2), or later");
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Failure> ssh_failure(const SshLog& log, const SshQuestions& questions,
                                   const Tunnel& tunnel, std::string_view target) {
  if (log.authenticated()) {
    auto failure = open_failure(log, tunnel, target);
    return failure ? failure : broken_failure(log, tunnel);
  }
  if (auto failure = host_key_failure(log, tunnel)) {
    return failure;
  }
  if (auto failure = login_failure(log, questions, tunnel)) {
    return failure;
  }
  auto failure = contact_failure(log, tunnel);
  return failure ? failure : local_failure_of_ssh(log);
}

Failure ssh_ended_failure(const SshLog& log, const Tunnel& tunnel) {
  const std::string said = log.lines().empty() ? "" : ": " + log.lines().back();
  return tunnel_failed(
      fmt::format("ssh to the bastion {} ended{}", display_bastion(tunnel), said),
      fmt::format("try `ssh -F none -v -p {} {}` as the user that runs conncheck", tunnel.port,
                  tunnel.user.empty() ? tunnel.host : tunnel.user + "@" + tunnel.host));
}

Failure ssh_not_started_failure(std::string_view reason) {
  return of_tunnel(FailureCode::config_error, fmt::format("ssh could not be started: {}", reason),
                   "tunnels are opened by OpenSSH's client: install it (Debian: openssh-client)");
}

}  // namespace conncheck
