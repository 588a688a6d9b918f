#include "agent/core/privilege_words.hpp"

#include <algorithm>
#include <string>

namespace conncheck {

std::optional<PrivilegeSet> privileges_of_word(std::string_view word) {
  std::string upper(word);
  // ASCII only: the words are ASCII, and the process's locale must not decide what they mean.
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  if (upper == "READ") {
    return PrivilegeSet{Privilege::select};
  }
  if (upper == "WRITE") {
    return PrivilegeSet{Privilege::insert, Privilege::update, Privilege::delete_};
  }
  const std::optional<Privilege> privilege = privilege_from(upper);
  if (!privilege || !PrivilegeSet(relation_privileges).has(*privilege)) {
    return std::nullopt;
  }
  return PrivilegeSet{*privilege};
}

}  // namespace conncheck
