#include "agent/probe/tunnel_askpass.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>

namespace conncheck {
namespace {

constexpr std::string_view question_mark =
    "\x01"
    "conncheck-askpass ";
constexpr char accepted = '+';
constexpr char declined = '-';

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written <= 0) {
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string in_small_letters(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return std::tolower(c); });
  return result;
}

}  // namespace

std::optional<int> answer_as_askpass(int argc, char** argv) {
  if (std::getenv(askpass_variable) == nullptr) {
    return std::nullopt;
  }
  std::string question(question_mark);
  question += argc > 1 ? argv[1] : "";
  std::replace(question.begin(), question.end(), '\n', ' ');
  question += '\n';
  if (!write_all(STDERR_FILENO, question)) {
    return 1;
  }
  // Byte by byte: nothing that comes after the answer may be taken away.
  std::string reply;
  char c = 0;
  while (read(STDERR_FILENO, &c, 1) == 1 && c != '\n') {
    reply += c;
  }
  if (c != '\n' || reply.empty() || reply.front() != accepted) {
    return 1;
  }
  reply.erase(0, 1);
  reply += '\n';
  return write_all(STDOUT_FILENO, reply) ? 0 : 1;
}

std::optional<std::string_view> askpass_question(std::string_view line) {
  if (!line.starts_with(question_mark)) {
    return std::nullopt;
  }
  return line.substr(question_mark.size());
}

AskpassAnswers::Answer AskpassAnswers::answer_to(std::string_view question) {
  static constexpr std::size_t longest_shown = 200;
  if (question.starts_with("Enter passphrase for ")) {
    // A bastion's own questions begin with "(user@host) ".
    return passphrase_ ? Answer{Action::answer, *passphrase_} : Answer{};
  }
  if (in_small_letters(question).find("password") == std::string::npos || !password_) {
    questions_.unanswered = question.substr(0, longest_shown);
    return {Action::stop, {}};
  }
  if (password_given_) {
    questions_.password_asked_again = true;
    return {Action::stop, {}};
  }
  password_given_ = true;
  return {Action::answer, *password_};
}

std::string askpass_reply(const AskpassAnswers::Answer& answer) {
  if (answer.action != AskpassAnswers::Action::answer) {
    return {declined, '\n'};
  }
  const std::string& secret = answer.secret.reveal();
  return accepted + secret.substr(0, secret.find('\n')) + '\n';
}

}  // namespace conncheck
