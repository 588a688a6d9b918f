// conncheck_explain(), asked through a session that is open.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "agent/core/explanation.hpp"
#include "agent/probe/postgres_link.hpp"
#include "agent/probe/rows.hpp"

namespace conncheck {

/// Whether conncheck_explain() of the installed extension may be called; no row where it has none.
/// No parameter.
[[nodiscard]] const char* explain_executable_query();

/// Fills in the rows, or the refusal, of `explanation`. `executable`: explain_executable_query()'s
/// answer. Goes on in the transaction that is open on `link`, and ends it. A bare name in the
/// question is looked up on the role's own search_path. Returns an error that does not speak of the
/// question. Throws MalformedAnswer.
boost::asio::awaitable<std::optional<StatementError>> run_explanation(
    PostgresLink& link, const SessionRow& session, std::optional<bool> executable,
    const ExplanationQuestion& question, Explanation& explanation);

}  // namespace conncheck
