#include "agent/config/exposure.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "agent/core/shell_word.hpp"

namespace conncheck {
namespace {

/// Whether every directory down to the file lets this class of users through.
bool is_reached(const std::filesystem::path& file, mode_t search) {
  for (std::filesystem::path directory = file.parent_path();; directory = directory.parent_path()) {
    struct stat status {};
    if (::stat(directory.c_str(), &status) != 0 || (status.st_mode & search) == 0) {
      return false;
    }
    if (directory == directory.root_path()) {
      return true;
    }
  }
}

}  // namespace

std::optional<std::string> exposure_of(const std::string& path) {
  std::error_code error;
  const std::filesystem::path file = std::filesystem::canonical(path, error);
  struct stat status {};
  if (error || ::stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  const bool is_own = status.st_uid == geteuid();
  const bool by_others = (status.st_mode & S_IROTH) != 0 && is_reached(file, S_IXOTH);
  const bool by_group =
      is_own && (status.st_mode & S_IRGRP) != 0 && is_reached(file, S_IXGRP | S_IXOTH);
  if (!by_others && !by_group) {
    return std::nullopt;
  }
  return fmt::format("{} can read it: chmod {} {}",
                     by_others ? "every user of this machine" : "its group", is_own ? "600" : "o-r",
                     shell_word(file.string()));
}

}  // namespace conncheck
