// Logs in at the first of a connection's hosts that takes it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/login_tries.hpp"
#include "agent/probe/endpoints.hpp"
#include "agent/probe/parameters.hpp"
#include "agent/probe/postgres_link.hpp"
#include "agent/probe/resolver.hpp"

namespace conncheck {

struct LoginResult {
  std::optional<Failure> failure;  ///< why no session came about
  /// The session is not encrypted, as TLS failed: why.
  std::optional<Failure> tls_failure;
};

struct LoginRequest {
  /// Expanded. Hosts are tried one by one, and looked up only then, as libpq does; but each with
  /// its share of the time, and none twice with a password that was refused.
  Parameters parameters;
  Attempt attempt;  ///< what failures name; the host's part is filled in
  /// How people know a host.
  std::function<std::string(const Endpoint& endpoint)> shown;
  std::function<std::chrono::milliseconds()> time_left;
  std::function<void(Phase)> on_phase;
};

/// Throws as PostgresLink::connect().
boost::asio::awaitable<LoginResult> log_in(PostgresLink& link, Resolver& resolver,
                                           LoginRequest request);

}  // namespace conncheck
