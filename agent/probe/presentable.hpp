// What a server said, made fit to be shown.
#pragma once

#include <vector>

#include "agent/core/observation.hpp"
#include "agent/core/secret.hpp"

namespace conncheck {

/// Takes the secrets and control characters out of every message that `observation` has from
/// elsewhere, and cuts what no person would read to its end.
void make_presentable(Observation& observation, const std::vector<Secret>& secrets);

}  // namespace conncheck
