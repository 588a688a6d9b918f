// `agents` and `maintenance`: how the agent goes about its checks.
#pragma once

#include <vector>

#include "agent/config/reader.hpp"
#include "agent/core/check_limits.hpp"
#include "agent/core/maintenance.hpp"

namespace conncheck {

/// The keys of both sections. What they read goes into `limits` and `windows`, which must outlive
/// the keys; windows of several files come together, a limit is given once.
[[nodiscard]] std::vector<Key> agent_sections(Reader& reader, CheckLimits& limits,
                                              std::vector<MaintenanceWindow>& windows);

}  // namespace conncheck
