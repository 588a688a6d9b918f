#include "agent/config/source_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "agent/core/printable.hpp"

namespace conncheck {
namespace {

/// yaml-cpp keeps all of a line's tokens in memory until it knows whether they are a key.
constexpr int longest_line = 1'000'000;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

FileMistake whole_file(const std::filesystem::path& file, std::string message) {
  return {Origin{file.string(), 0, 0}, std::move(message)};
}

FileMistake cannot_be_read(const std::filesystem::path& file, int error) {
  if (error == ENOENT) {
    std::error_code ignored;
    return whole_file(file, std::filesystem::is_symlink(file, ignored)
                                ? "is a broken symbolic link: create what it points to"
                                : "does not exist: create it, or name another with --config");
  }
  if (error == EACCES || error == EPERM) {
    return whole_file(file, "cannot be read: give the user who runs conncheck the permission");
  }
  return whole_file(file, fmt::format("cannot be read: {}", std::strerror(error)));
}

std::optional<FileMistake> mistake_in_kind(const std::filesystem::path& file,
                                           const struct stat& status) {
  if (S_ISDIR(status.st_mode)) {
    return whole_file(file,
                      "is a directory inside of a directory, which is not searched: move its "
                      "files up, or rename it");
  }
  if (!S_ISREG(status.st_mode)) {
    return whole_file(file, "is a pipe, a socket or a device: write the configuration to a file");
  }
  if (static_cast<std::uintmax_t>(status.st_size) > largest_file) {
    return whole_file(file,
                      "is larger than 8 MiB: split it into several files in a directory, and "
                      "name the directory with --config");
  }
  return std::nullopt;
}

std::variant<std::string, FileMistake> read_bytes(const std::filesystem::path& file) {
  struct stat status {};
  // Asked before it is opened: opening alone can wake a device up.
  if (::stat(file.c_str(), &status) != 0) {
    return cannot_be_read(file, errno);
  }
  if (auto mistake = mistake_in_kind(file, status)) {
    return std::move(*mistake);
  }
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (descriptor.number() < 0 || ::fstat(descriptor.number(), &status) != 0) {
    return cannot_be_read(file, errno);
  }
  std::string text;
  std::array<char, 65'536> buffer{};
  for (;;) {
    status.st_size = static_cast<off_t>(text.size());
    if (auto mistake = mistake_in_kind(file, status)) {
      return std::move(*mistake);
    }
    const ssize_t count = ::read(descriptor.number(), buffer.data(), buffer.size());
    if (count == 0) {
      return text;
    }
    if (count < 0 && errno != EINTR) {
      return cannot_be_read(file, errno);
    }
    text.append(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
}

/// The first character that a configuration cannot have.
std::optional<FileMistake> mistake_in_text(const std::filesystem::path& file,
                                           std::string_view text) {
  std::optional<FileMistake> mistake;
  Origin place{file.string(), 1, 1};
  for_each_character(text, [&](std::string_view, std::optional<char32_t> character) {
    if (mistake) {
      return;
    }
    if (!character) {
      mistake = FileMistake{place, "is not UTF-8 from here on: save the file as UTF-8"};
    } else if (*character == 0) {
      mistake = FileMistake{place, "has a NUL byte here: save the file as UTF-8 text"};
    } else if (*character == '\n') {
      ++place.line;
      place.column = 1;
    } else if ((*character < 0x20 && *character != '\t' && *character != '\r') ||
               *character == 0x7F) {
      mistake = FileMistake{
          place, fmt::format("has the control character U+{:04X} here: remove it, or write "
                             "\"\\x{:02X}\" in double quotes",
                             static_cast<unsigned>(*character), static_cast<unsigned>(*character))};
    } else if (++place.column > longest_line) {
      mistake = FileMistake{place, "is one line of over a million characters: break it into lines"};
    }
  });
  return mistake;
}

bool is_configuration_name(const std::filesystem::path& name) {
  const std::filesystem::path extension = name.extension();
  return !name.string().starts_with('.') && (extension == ".yml" || extension == ".yaml");
}

}  // namespace

std::variant<std::string, FileMistake> read_source(const std::filesystem::path& file) {
  auto text = read_bytes(file);
  if (auto* bytes = std::get_if<std::string>(&text)) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (bytes->starts_with(byte_order_mark)) {
      bytes->erase(0, byte_order_mark.size());
    }
    if (auto mistake = mistake_in_text(file, *bytes)) {
      return std::move(*mistake);
    }
  }
  return text;
}

std::variant<std::vector<std::filesystem::path>, FileMistake> source_files(
    const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    return std::vector{path};
  }
  std::vector<std::filesystem::path> files;
  std::filesystem::directory_iterator entry(path, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (is_configuration_name(entry->path().filename())) {
      files.push_back(entry->path());
    }
  }
  if (error) {
    return cannot_be_read(path, error.value());
  }
  if (files.empty()) {
    return whole_file(path,
                      "has no file *.yml or *.yaml in it: write one, or name another "
                      "directory or file with --config");
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace conncheck
