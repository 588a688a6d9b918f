// The words in which people ask for privileges: `read`, `write`, `truncate`, or SQL's own names.
#pragma once

#include <optional>
#include <string_view>

#include "extension/rules/privilege.hpp"

namespace conncheck {

/// The privileges that `word` stands for, whatever its case; nothing if it is no such word.
/// read: SELECT. write: INSERT, UPDATE and DELETE. truncate, and every other privilege: itself.
[[nodiscard]] std::optional<PrivilegeSet> privileges_of_word(std::string_view word);

}  // namespace conncheck
