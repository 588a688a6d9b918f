// How a check's transaction begins.
#pragma once

#include <chrono>
#include <vector>

#include "agent/probe/libpq.hpp"
#include "agent/probe/postgres_link.hpp"

namespace conncheck {

/// A database in SQL_ASCII holds names in whatever bytes they were written. As UTF-8, which the
/// login asked for, the server would refuse to give them out.
[[nodiscard]] bool holds_any_bytes(PGconn* connection);

/// Begins the transaction; a statement that fails cannot leave a query running after the deadline.
[[nodiscard]] std::vector<Statement> opening(PGconn* connection,
                                             std::chrono::milliseconds time_left);

}  // namespace conncheck
