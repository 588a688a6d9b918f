// Texts that have to wait for others before they can be printed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace conncheck {

/// Keeps texts: a few megabytes of them in memory, all else in a temporary file without a name,
/// which is gone with the process. What cannot be written there stays in memory.
class KeptTexts {
 public:
  /// Where a text is; small.
  struct Place {
    std::uint64_t offset = 0;
    std::size_t size = 0;
  };

  KeptTexts() = default;
  ~KeptTexts();
  KeptTexts(const KeptTexts&) = delete;
  KeptTexts& operator=(const KeptTexts&) = delete;

  Place keep(std::string_view text);

  /// False: not all of it could be read again, or written.
  [[nodiscard]] bool print(Place place, std::FILE* file) const;

 private:
  void move_to_file();

  std::string in_memory_;    ///< what comes after `filed_`
  std::uint64_t filed_ = 0;  ///< so many bytes are in the file
  int file_ = -1;
  bool may_have_file_ = true;
};

}  // namespace conncheck
