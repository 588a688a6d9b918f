// Where a connection's tunnel is to lead.
#pragma once

#include <optional>
#include <vector>

#include "agent/core/report.hpp"
#include "agent/probe/endpoints.hpp"

namespace conncheck {

struct TunnelTargets {
  std::vector<Endpoint> endpoints;
  std::optional<Failure> failure;  ///< why there is no way by a tunnel
};

/// The hosts of `parameters`, which libpq has expanded. Their password goes into `parameters` where
/// only the passfile has it: libpq would look it up by the tunnel's local port.
[[nodiscard]] TunnelTargets tunnel_targets(Parameters& parameters);

}  // namespace conncheck
