// What OpenSSH's client has said on its standard error (LogLevel DEBUG1), and what it means.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/connection.hpp"
#include "agent/core/report.hpp"

namespace conncheck {

/// How far ssh has come, in this order.
enum class SshStage {
  started,
  reached,        ///< TCP is there, SSH is not yet
  talking,        ///< the other end has named an SSH version
  key_received,   ///< the host key has come
  key_accepted,   ///< and is known
  authenticated,  ///< ssh has asked for the channel to the database
  channel_open,   ///< the bastion is connected to it
};

/// The lines of one ssh, as far as they mean something. Bounded, whatever the other end makes it
/// say. The lines are ssh's own words, with control characters escaped by it, but what a bastion
/// sends (its banner) stands among them: nothing here is ever proof of success.
class SshLog {
 public:
  /// One line, without its end.
  void add(std::string_view line);

  [[nodiscard]] SshStage stage() const { return stage_; }
  [[nodiscard]] bool authenticated() const { return stage_ >= SshStage::authenticated; }
  /// The bastion would take a key, but ssh could not sign with it.
  [[nodiscard]] bool key_unusable() const { return key_unusable_; }
  /// "SHA256:…" of the host key that was sent; may be empty.
  [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }
  /// What may hold a cause: every line that is not for debugging.
  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }

 private:
  SshStage stage_ = SshStage::started;
  bool key_unusable_ = false;
  std::string fingerprint_;
  std::vector<std::string> lines_;
};

/// What the program itself has noticed while it answered ssh's questions for secrets.
struct SshQuestions {
  bool password_asked_again = false;  ///< so the one that was given is wrong
  std::string unanswered;             ///< a question that is for no secret that was given
};

/// Why ssh did not carry the connection to `target` ("host:port"); nothing where it names no cause
/// of its own: where the database's server has closed the connection, ssh just ends.
[[nodiscard]] std::optional<Failure> ssh_failure(const SshLog& log, const SshQuestions& questions,
                                                 const Tunnel& tunnel, std::string_view target);

/// ssh ended before it was authenticated, and ssh_failure() has no cause.
[[nodiscard]] Failure ssh_ended_failure(const SshLog& log, const Tunnel& tunnel);

/// The deadline passed while the tunnel was being opened.
[[nodiscard]] Failure tunnel_timeout_failure(const SshLog& log, const Tunnel& tunnel,
                                             std::chrono::milliseconds timeout);

/// The deadline passed while the bastion was connecting to `target`.
[[nodiscard]] Failure beyond_tunnel_timeout_failure(const Tunnel& tunnel, std::string_view target,
                                                    std::chrono::milliseconds timeout);

/// ssh could not be started.
[[nodiscard]] Failure ssh_not_started_failure(std::string_view reason);

}  // namespace conncheck
