#include "agent/config/secret_source.hpp"

#include <unistd.h>

#include <string>
#include <vector>

#include <fmt/format.h>

namespace conncheck {
namespace {

std::optional<PasswordSource> read_variable(Reader& reader, const Value& value) {
  const auto name = reader.read_text(value, "`env`");
  if (!name) {
    return std::nullopt;
  }
  if (!is_variable_name(name->value)) {
    reader.error(value.place,
                 "`env` must be the name of an environment variable: letters, digits "
                 "and _, without $");
    return std::nullopt;
  }
  const std::optional<std::string> found = reader.environment()(name->value);
  if (!found || found->empty()) {
    reader.error(value.place, fmt::format("environment variable {} is {}: set it to the secret",
                                          name->value, found ? "empty" : "not set"));
    return std::nullopt;
  }
  return EnvironmentPassword{name->value};
}

std::optional<PasswordSource> read_file(Reader& reader, const Value& value) {
  const auto path = reader.read_text(value, "`file`");
  if (!path) {
    return std::nullopt;
  }
  const int errors_before = reader.errors();
  reader.check_readable(value.place, "`file`", *path);
  if (reader.errors() != errors_before) {
    return std::nullopt;
  }
  PasswordFile file{reader.resolved_path(path->value)};
  reader.check_not_exposed(value.place, "the password file", file.path);
  return file;
}

/// A file that systemd has put into the service's own directory (LoadCredential=).
std::optional<PasswordSource> read_credential(Reader& reader, const Value& value) {
  const auto name = reader.read_text(value, "`credential`");
  if (!name) {
    return std::nullopt;
  }
  if (name->value.find('/') != std::string::npos || name->value == "." || name->value == "..") {
    reader.error(value.place, "`credential` must be the name of a systemd credential, not a path");
    return std::nullopt;
  }
  const std::optional<std::string> directory = reader.environment()("CREDENTIALS_DIRECTORY");
  if (!directory || directory->empty()) {
    reader.error(
        value.place,
        "`credential` is for a systemd service, and $CREDENTIALS_DIRECTORY is not set: add "
        "LoadCredential=NAME:PATH to the unit");
    return std::nullopt;
  }
  const std::string path = *directory + "/" + name->value;
  if (::access(path.c_str(), R_OK) != 0) {
    reader.error(value.place,
                 "`credential`: systemd has not given this service a credential of that name: add "
                 "LoadCredential=NAME:PATH to the unit");
    return std::nullopt;
  }
  return PasswordFile{path};
}

std::optional<PasswordSource> read_command(Reader& reader, const Value& value) {
  PasswordCommand command;
  const int errors_before = reader.errors();
  const bool is_list = reader.read_list(value, "`command`", [&](const Value& item) {
    if (auto argument = reader.read_text(item, "an argument of `command`")) {
      command.argv.push_back(std::move(argument->value));
    }
  });
  if (is_list && value.items.empty()) {
    reader.error(value.place, "`command` is an empty list: write the program and its arguments");
  }
  if (reader.errors() != errors_before) {
    return std::nullopt;
  }
  return command;
}

}  // namespace

std::optional<PasswordSource> read_secret_source(Reader& reader, const Value& value,
                                                 std::string_view what) {
  if (value.kind != Value::Kind::mapping) {
    if (value.kind == Value::Kind::list) {
      reader.error(value.place, fmt::format("{} must be text, or one of {{env: NAME}}, {{file: "
                                            "PATH}}, {{credential: NAME}} and {{command: "
                                            "[PROGRAM, ARGUMENT]}}",
                                            what));
      return std::nullopt;
    }
    auto text = reader.read_text(value, what);
    if (!text) {
      return std::nullopt;
    }
    reader.note_secret(value.place, *text);
    return Secret(std::move(text->value));
  }
  std::optional<PasswordSource> source;
  reader.read_secret_mapping(
      value, what,
      {
          {"env", [&](const Value& item) { source = read_variable(reader, item); }},
          {"file", [&](const Value& item) { source = read_file(reader, item); }},
          {"command", [&](const Value& item) { source = read_command(reader, item); }},
          {"credential", [&](const Value& item) { source = read_credential(reader, item); }},
      });
  if (value.keys.size() != 1) {
    reader.error(value.place,
                 fmt::format("{} must have exactly one of the keys env, file, command and "
                             "credential",
                             what));
    return std::nullopt;
  }
  return source;
}

}  // namespace conncheck
