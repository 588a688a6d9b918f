#include "agent/probe/tunnel_targets.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "agent/core/failure.hpp"

namespace conncheck {
namespace {

/// What the passfile holds for one host.
std::string passfile_password(const Endpoint& endpoint, Parameters parameters) {
  set_endpoints({endpoint}, parameters);
  for (const char* keyword : {"host", "hostaddr", "port"}) {
    if (parameters[keyword].empty()) {
      parameters.erase(keyword);
    }
  }
  return expand(parameters).password;
}

}  // namespace

TunnelTargets tunnel_targets(Parameters& parameters) {
  TunnelTargets targets;
  targets.endpoints = endpoints_of(parameters);
  const bool leads_nowhere =
      std::any_of(targets.endpoints.begin(), targets.endpoints.end(), [](const Endpoint& endpoint) {
        return endpoint.address.empty() && !endpoint.needs_address();
      });
  if (targets.endpoints.empty() || leads_nowhere) {
    targets.failure = config_failure(
        "the connection has a tunnel, but a Unix socket instead of a host",
        "name the server's host and port as the bastion sees them; `localhost` is the bastion");
    return targets;
  }
  if (parameters.contains("password")) {
    return targets;
  }
  std::set<std::string> passwords;
  for (const Endpoint& endpoint : targets.endpoints) {
    passwords.insert(passfile_password(endpoint, parameters));
  }
  if (passwords.size() > 1) {
    targets.failure =
        config_failure("the passfile has different passwords for the hosts behind the tunnel",
                       "make a connection of its own for each host, or give one `password`");
  } else if (!passwords.begin()->empty()) {
    parameters["password"] = *passwords.begin();
  }
  return targets;
}

}  // namespace conncheck
