// What is asked of the server once the session is there, and by which rung.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>

#include "agent/core/observation.hpp"
#include "agent/probe/postgres_link.hpp"
#include "agent/probe/probe.hpp"

namespace conncheck {

/// Fills in session, source and permissions, or the error, of `observation`. One read-only
/// transaction; at most three round trips but where a rung turns out not to be usable.
/// `time_left` is asked before each round trip and becomes its statement_timeout.
boost::asio::awaitable<void> interrogate(PostgresLink& link, const ProbeOptions& options,
                                         std::function<std::chrono::milliseconds()> time_left,
                                         Observation& observation);

}  // namespace conncheck
