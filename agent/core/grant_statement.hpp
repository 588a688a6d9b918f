// The GRANT statements that a finding proposes.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "extension/rules/privilege.hpp"

namespace conncheck {

/// The privileges' names in their order, joined by ", ".
[[nodiscard]] std::string list_privileges(PrivilegeSet privileges);

/// `GRANT USAGE ON SCHEMA …` if `usage`, then `GRANT … ON TABLE …` if there are privileges and
/// tables; one statement a line, names quoted, no newline at the end. `role` is not quoted yet.
[[nodiscard]] std::string grant_statements(std::string_view role, std::string_view schema,
                                           std::span<const std::string> tables, bool usage,
                                           PrivilegeSet privileges);

}  // namespace conncheck
