// The statements of `conncheck grants` as an SQL script, reasons as comments.
#pragma once

#include <string>

#include "agent/core/grant_plan.hpp"

namespace conncheck {

[[nodiscard]] std::string render_grant_plan(const ConnectionPlan& plan);

}  // namespace conncheck
