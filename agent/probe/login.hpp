// Logs in at the first of a connection's hosts that takes it.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <optional>

#include "agent/core/failure.hpp"
#include "agent/probe/parameters.hpp"
#include "agent/probe/postgres_link.hpp"

namespace conncheck {

struct LoginRequest {
  /// Expanded and resolved: each host with its address. Hosts are tried one by one, as libpq does,
  /// but each with its share of the time, and none twice with a password that was refused.
  Parameters parameters;
  Attempt attempt;  ///< what failures name; the host's part is filled in
  std::function<std::chrono::milliseconds()> time_left;
  std::function<void(Phase)> on_phase;
};

/// Returns why no session came about; nothing if it is there. Throws as PostgresLink::connect().
boost::asio::awaitable<std::optional<Failure>> log_in(PostgresLink& link, LoginRequest request);

}  // namespace conncheck
