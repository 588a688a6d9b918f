#include "agent/store/trouble.hpp"

#include <array>

namespace conncheck {

std::string_view to_string(StoreTrouble trouble) {
  constexpr std::array<std::string_view, 9> words = {"locked",      "full",    "read_only",
                                                     "unreachable", "damaged", "foreign",
                                                     "newer",       "older",   "rejected"};
  static_assert(words.size() == static_cast<std::size_t>(StoreTrouble::rejected) + 1);
  return words[static_cast<std::size_t>(trouble)];
}

std::string_view remedy_of(StoreTrouble trouble) {
  switch (trouble) {
    case StoreTrouble::locked:
      return "another process holds its lock";
    case StoreTrouble::full:
      return "make room on its disk";
    case StoreTrouble::read_only:
      return "give this user the right to write the file and its directory";
    case StoreTrouble::unreachable:
      return "see that its directory is there, and its disk is sound";
    case StoreTrouble::damaged:
      return "move the file away: history begins anew, and `sqlite3 FILE .recover` may read it";
    case StoreTrouble::foreign:
      return "name another file in `store: {path: …}`";
    case StoreTrouble::newer:
      return "use the program of that version, or another file";
    case StoreTrouble::older:
      return "run the agent of this version on it, which migrates it";
    case StoreTrouble::rejected:
      return "a mistake of this program: please report it";
  }
  return {};
}

}  // namespace conncheck
