// How a check's transaction begins.
#pragma once

#include <chrono>
#include <vector>

#include "agent/probe/libpq.hpp"
#include "agent/probe/postgres_link.hpp"

namespace conncheck {

/// Begins the transaction; a statement that fails cannot leave a query running after the deadline.
[[nodiscard]] std::vector<Statement> opening(PGconn* connection,
                                             std::chrono::milliseconds time_left);

/// The same for a server that has not the functions, or not for this role.
[[nodiscard]] std::vector<Statement> opening_without_functions(PGconn* connection,
                                                               std::chrono::milliseconds time_left);

}  // namespace conncheck
