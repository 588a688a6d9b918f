// By which grants forbidden privileges are held: asked after the permissions, for statements alone.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "agent/core/observation.hpp"
#include "agent/probe/postgres_link.hpp"
#include "agent/probe/probe.hpp"

namespace conncheck {

using RelationNames = std::set<std::pair<std::string, std::string>>;  ///< schema, name

/// On which the login, a role that it reaches, or an audited role holds what is forbidden.
[[nodiscard]] RelationNames traced_relations(const Observation& observation,
                                             const GrantTrace& trace);

/// Fills in `facts` for these relations. Goes on in the read-only transaction that
/// is open on `link`, and ends it. `keep_row` hears of each row. Throws MalformedAnswer.
boost::asio::awaitable<std::optional<StatementError>> run_grant_trace(
    PostgresLink& link, const RelationNames& relations, const std::function<void()>& keep_row,
    GrantFacts& facts);

}  // namespace conncheck
