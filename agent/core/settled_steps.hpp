// The way from a first to a last record without its detours: each part changes once, where it came
// to be for good what it is in the last one, or not at all.
#pragma once

#include <vector>

#include "agent/core/report.hpp"

namespace conncheck {

/// As many records as `states`, which are about one relation; one that is not visible() stands for
/// none. The first and the last are as they were. A privilege is a part of its own, and so is a
/// column of one that was never held as a whole.
[[nodiscard]] std::vector<RelationPermissions> settled_steps(
    const std::vector<RelationPermissions>& states);

[[nodiscard]] std::vector<SchemaPermissions> settled_steps(
    const std::vector<SchemaPermissions>& states);

[[nodiscard]] std::vector<bool> settled_steps(const std::vector<bool>& states);

}  // namespace conncheck
