// How ssh gets a password or a passphrase: it starts this program (SSH_ASKPASS), which hands the
// question to the check over its standard error, and gets the answer back the same way. That
// descriptor, a socket, is the only one besides the data's that ssh leaves open. So no secret is in
// an argument list, an environment or a file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/core/secret.hpp"
#include "agent/core/ssh_log.hpp"

namespace conncheck {

/// Set in the environment of the ssh that may ask.
inline constexpr const char* askpass_variable = "CONNCHECK_ASKPASS";

/// If ssh has started this process to ask for a secret: does that, and returns the exit code.
[[nodiscard]] std::optional<int> answer_as_askpass(int argc, char** argv);

/// The question in a line of ssh's standard error, if it is one. No other end of an SSH connection
/// can forge one: ssh prints no control characters.
[[nodiscard]] std::optional<std::string_view> askpass_question(std::string_view line);

/// Answers ssh's questions: each secret once, and to its own kind of question only.
class AskpassAnswers {
 public:
  AskpassAnswers(std::optional<Secret> password, std::optional<Secret> passphrase)
      : password_(std::move(password)), passphrase_(std::move(passphrase)) {}

  enum class Action { answer, decline, stop };
  struct Answer {
    Action action = Action::decline;
    Secret secret;
  };
  [[nodiscard]] Answer answer_to(std::string_view question);

  [[nodiscard]] bool any() const { return password_ || passphrase_; }
  [[nodiscard]] const SshQuestions& questions() const { return questions_; }

 private:
  std::optional<Secret> password_;
  std::optional<Secret> passphrase_;
  bool password_given_ = false;
  SshQuestions questions_;
};

/// What goes to the waiting askpass.
[[nodiscard]] std::string askpass_reply(const AskpassAnswers::Answer& answer);

}  // namespace conncheck
