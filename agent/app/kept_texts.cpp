#include "agent/app/kept_texts.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

namespace conncheck {
namespace {

constexpr std::size_t most_in_memory = 4UL * 1024 * 1024;

/// -1: there can be none. /tmp is memory on many systems, and comes last.
int temporary_file() {
  for (const char* directory :
       {static_cast<const char*>(std::getenv("TMPDIR")), "/var/tmp", "/tmp"}) {
    if (directory == nullptr || *directory == '\0') {
      continue;
    }
    const int file = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file >= 0) {
      return file;
    }
    std::string name =
        std::string(directory) + "/conncheck-XXXXXX";  // not every file system has O_TMPFILE
    const int named = mkostemp(name.data(), O_CLOEXEC);
    if (named >= 0) {
      unlink(name.c_str());
      return named;
    }
  }
  return -1;
}

bool write_at(int file, std::string_view text, std::uint64_t offset) {
  while (!text.empty()) {
    const ssize_t count = pwrite(file, text.data(), text.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return false;
    }
    text.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return true;
}

}  // namespace

KeptTexts::~KeptTexts() {
  if (file_ >= 0) {
    close(file_);
  }
}

KeptTexts::Place KeptTexts::keep(std::string_view text) {
  const Place place{filed_ + in_memory_.size(), text.size()};
  in_memory_ += text;
  if (in_memory_.size() > most_in_memory && may_have_file_) {
    move_to_file();
  }
  return place;
}

void KeptTexts::move_to_file() {
  if (file_ < 0) {
    file_ = temporary_file();
  }
  if (file_ < 0 || !write_at(file_, in_memory_, filed_)) {
    may_have_file_ = false;
    return;
  }
  filed_ += in_memory_.size();
  in_memory_.clear();
}

bool KeptTexts::print(Place place, std::FILE* file) const {
  if (place.offset >= filed_) {
    const char* text = in_memory_.data() + (place.offset - filed_);
    return std::fwrite(text, 1, place.size, file) == place.size;
  }
  std::array<char, 65536> chunk;
  while (place.size > 0) {
    const ssize_t count = pread(file_, chunk.data(), std::min(place.size, chunk.size()),
                                static_cast<off_t>(place.offset));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    const auto size = static_cast<std::size_t>(std::max<ssize_t>(count, 0));
    if (size == 0 || std::fwrite(chunk.data(), 1, size, file) != size) {
      return false;
    }
    place.offset += size;
    place.size -= size;
  }
  return true;
}

}  // namespace conncheck
