// A configuration of one connection, with comments that say how to go on.
#pragma once

#include <string>

#include "agent/core/connection.hpp"
#include "agent/core/draft_policy.hpp"

namespace conncheck {

/// YAML that `conncheck validate` accepts. The password, and every other secret, is left out.
[[nodiscard]] std::string render_starter_configuration(const Connection& connection,
                                                       const ConnectionDraft& draft);

}  // namespace conncheck
