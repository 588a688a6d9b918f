// The keys of a connection, and of `defaults`.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/conninfo.hpp"
#include "agent/config/reader.hpp"

namespace conncheck {

/// What a `defaults` or a connection mapping gives; a key that is not there gives nothing.
struct Settings {
  std::optional<std::string> name;
  std::optional<UrlParameters> url;
  std::map<std::string, std::string> parameters;  ///< from keys, by libpq's keywords
  std::map<std::string, Secret> secret_parameters;
  std::optional<PasswordSource> password;
  std::optional<Provider> provider;
  std::optional<std::chrono::milliseconds> timeout;
  std::optional<Schedule> schedule;
  std::optional<std::vector<NamePattern>> roles;
  std::optional<std::vector<PolicyRule>> require;
  std::optional<std::vector<PolicyRule>> forbid;
  std::optional<std::map<std::string, std::string>> tags;
  std::optional<Tunnel> tunnel;

  /// Every known key that is there, also one whose value has a mistake, with its value's place.
  std::map<std::string, Place> given;

  [[nodiscard]] bool has(const std::string& key) const { return given.contains(key); }
};

/// Reads a connection's own keys.
[[nodiscard]] Settings read_connection_settings(Reader& reader, const Value& value);

/// Reads `defaults`: name, url, host, user and password are refused.
[[nodiscard]] Settings read_default_settings(Reader& reader, const Value& value);

}  // namespace conncheck
