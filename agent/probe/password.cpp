#include "agent/probe/password.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "agent/probe/subprocess.hpp"

namespace asio = boost::asio;

namespace conncheck {
namespace {

constexpr std::size_t max_password_bytes = 64 * 1024;

std::string first_line(std::string text) {
  text.resize(std::min(text.find_first_of("\r\n"), text.size()));
  return text;
}

PasswordResult failed(std::string error, std::string hint) {
  return {std::nullopt, std::move(error), std::move(hint)};
}

PasswordResult from(const std::string& text, const std::string& where) {
  const std::string password = first_line(text);
  if (password.empty()) {
    return failed(fmt::format("{} gives no password: its first line is empty", where),
                  "write the password into the first line");
  }
  return {Secret(password), {}, {}};
}

PasswordResult from_environment(const EnvironmentPassword& source) {
  const char* value = std::getenv(source.variable.c_str());
  if (value == nullptr) {
    return failed(fmt::format("the environment variable {} is not set", source.variable),
                  "set it to the password, or change `password: {env: …}`");
  }
  return {Secret(value), {}, {}};
}

PasswordResult from_file(const PasswordFile& source) {
  struct stat status {};
  const int error = stat(source.path.c_str(), &status) != 0 ? errno : 0;
  if (error != 0 || !S_ISREG(status.st_mode)) {
    return failed(fmt::format("the password file {} cannot be read: {}", source.path,
                              error != 0 ? std::strerror(error) : "not a regular file"),
                  "check `password: {file: …}`; a relative path starts at the configuration file");
  }
  std::ifstream file(source.path, std::ios::binary);
  std::string text(max_password_bytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || !file.is_open()) {
    return failed(fmt::format("the password file {} cannot be read", source.path),
                  "let the user that runs conncheck read it");
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return from(text, fmt::format("the password file {}", source.path));
}

PasswordResult from_output(const PasswordCommand& source, const ProcessOutput& output) {
  const std::string& program = source.argv.front();
  if (!output.started) {
    return failed(
        fmt::format("the password command {} could not be started: {}", program, output.error),
        "check `password: {command: […]}`: the first item is the program, no shell is used");
  }
  if (output.truncated) {
    return failed(fmt::format("the password command {} writes without end", program),
                  "it must print the password in one line");
  }
  if (output.exit_code != 0) {
    return failed(
        fmt::format("the password command {} ended with exit code {}", program, output.exit_code),
        "run it by hand as the user that runs conncheck");
  }
  return from(output.text, fmt::format("the password command {}", program));
}

}  // namespace

asio::awaitable<PasswordResult> read_password(asio::any_io_executor executor,
                                              const PasswordSource& source) {
  PasswordResult result;
  if (const auto* literal = std::get_if<Secret>(&source)) {
    result.password = *literal;
  } else if (const auto* environment = std::get_if<EnvironmentPassword>(&source)) {
    result = from_environment(*environment);
  } else if (const auto* file = std::get_if<PasswordFile>(&source)) {
    result = from_file(*file);
  } else if (const auto* command = std::get_if<PasswordCommand>(&source)) {
    const ProcessOutput output = co_await run_process(executor, command->argv, max_password_bytes);
    result = from_output(*command, output);
  }
  co_return result;
}

}  // namespace conncheck
