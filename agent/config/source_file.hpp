// Reading a configuration file's bytes, and refusing what is none.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <variant>
#include <vector>

#include "agent/core/connection.hpp"

namespace conncheck {

inline constexpr std::size_t largest_file = std::size_t{8} * 1024 * 1024;

/// Why a file or a directory cannot be used; says what to do.
struct FileMistake {
  Origin origin;
  std::string message;
};

/// The whole text: valid UTF-8 without byte order mark, NUL and other control characters.
/// Only regular files are opened, so that no pipe or device is waited for.
[[nodiscard]] std::variant<std::string, FileMistake> read_source(const std::filesystem::path& file);

/// `path` itself, or the *.yml and *.yaml in it in name order (not the hidden ones, and without its
/// subdirectories) if it is a directory. Never empty.
[[nodiscard]] std::variant<std::vector<std::filesystem::path>, FileMistake> source_files(
    const std::filesystem::path& path);

}  // namespace conncheck
