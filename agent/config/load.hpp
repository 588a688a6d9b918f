// Configuration files, checked: connections, and every mistake with its place.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agent/config/diagnostic.hpp"
#include "agent/config/environment.hpp"
#include "agent/core/check_limits.hpp"
#include "agent/core/maintenance.hpp"
#include "agent/core/store_settings.hpp"

namespace conncheck {

struct Configuration {
  /// In the order of files and lines. Names are unique over all files.
  std::vector<Connection> connections;
  std::vector<MaintenanceWindow> maintenance;
  CheckLimits limits;                  ///< of the agent
  std::optional<StoreSettings> store;  ///< nothing: no history is kept
};

struct Loaded {
  Configuration configuration;  ///< only to be used where there is no error
  std::vector<Diagnostic> diagnostics;
  /// Warnings: files with a secret in them that others can read, in the order of places.
  std::vector<Diagnostic> exposed;

  [[nodiscard]] bool has_errors() const;
};

/// Loads one file, or every *.yml and *.yaml of a directory in name order (not the hidden ones, not
/// the subdirectories' ones). The `defaults` of a file hold for that file's connections only. All
/// mistakes of all files are told in one go, in the order of files, lines and columns; a
/// connection with a mistake is left out. Password files and commands are not read or run. Never
/// throws for what is in the files; blocks on nothing but the file system.
[[nodiscard]] Loaded load(const std::filesystem::path& file_or_directory,
                          const Environment& environment);

/// The connection that a URL alone defines, with the name "url", or what is wrong with the URL.
/// Relative paths in it are relative to the working directory; `${…}` is not expanded.
[[nodiscard]] std::variant<Connection, Diagnostic> connection_from_url(const std::string& url);

}  // namespace conncheck
