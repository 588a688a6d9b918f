// `require` and `forbid`: tables and privileges.
#pragma once

#include <string_view>
#include <vector>

#include "agent/config/reader.hpp"

namespace conncheck {

/// Reads a list of rules; those with mistakes are left out.
[[nodiscard]] std::vector<PolicyRule> read_policy(Reader& reader, const Value& value,
                                                  std::string_view what);

}  // namespace conncheck
