// What a server's text says where its SQLSTATE is shared by several refusals.
#pragma once

#include <string_view>

namespace conncheck {

/// Those of a pair share 28000 or 57P03. In the languages that PostgreSQL 15 speaks; false for any
/// other text.
[[nodiscard]] bool says_may_not_log_in(std::string_view text);
[[nodiscard]] bool says_does_not_exist(std::string_view text);
[[nodiscard]] bool says_shutting_down(std::string_view text);
/// A standby with hot_standby = off, which takes no connection for as long as it is one.
[[nodiscard]] bool says_takes_no_connections(std::string_view text);

}  // namespace conncheck
