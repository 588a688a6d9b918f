// --prove: the server's own permission check, asked about each visible relation of the login.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <optional>

#include "agent/core/observation.hpp"
#include "agent/probe/postgres_link.hpp"

namespace conncheck {

/// Fills in `proof` for the visible relations of `login` outside of system schemas. Goes on in the
/// read-only transaction that is open on `link`, and ends it. No statement is executed: each is
/// planned by EXPLAIN, waits briefly for a lock, and is rolled back to a savepoint. Ends early,
/// with the rest counted in `out_of_time`, when little of `time_left` remains. Returns an error
/// where the proof could not go on. Throws MalformedAnswer.
boost::asio::awaitable<std::optional<StatementError>> run_proof(
    PostgresLink& link, std::function<std::chrono::milliseconds()> time_left,
    const RoleObservation& login, Proof& proof);

}  // namespace conncheck
