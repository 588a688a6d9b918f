// Why the store cannot be used, and what to do about it.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace conncheck {

/// Why the store cannot be used.
enum class StoreTrouble {
  locked,       ///< another process writes to it, and does not end
  full,         ///< no room on the disk
  read_only,    ///< may not be written
  unreachable,  ///< cannot be opened, or failed while read or written
  damaged,      ///< is no database, or not a sound one
  foreign,      ///< is another program's database
  newer,        ///< written by a later version
  older,        ///< written by an earlier version, and only to be read
  rejected,     ///< what was to be written is at fault, not the store
};

[[nodiscard]] std::string_view to_string(StoreTrouble trouble);

/// What whoever runs this can do about it, as the end of a sentence.
[[nodiscard]] std::string_view remedy_of(StoreTrouble trouble);

/// Thrown by all of agent/store but the recorder, which makes notices of it.
class StoreError : public std::runtime_error {
 public:
  StoreError(StoreTrouble trouble, const std::string& message)
      : std::runtime_error(message), trouble_(trouble) {}
  [[nodiscard]] StoreTrouble trouble() const { return trouble_; }

 private:
  StoreTrouble trouble_;
};

}  // namespace conncheck
