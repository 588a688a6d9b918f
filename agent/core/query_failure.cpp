#include "agent/core/failure.hpp"
#include "agent/core/libpq_wording.hpp"
#include "agent/core/pooler_failure.hpp"

namespace conncheck {
namespace {

struct StateRule {
  std::string_view sqlstate;
  FailureCode code;
  std::string_view hint;
};

constexpr StateRule state_rules[] = {
    {"42501", FailureCode::query_denied,
     "the role may not use what the message names, which PUBLIC may by default: GRANT SELECT on "
     "the catalog or view, EXECUTE on the function, or USAGE on the schema, to the role"},
    {"57014", FailureCode::query_timeout,
     "the catalogs could not be read in time: raise `timeout`, or look for what keeps the server "
     "busy or holds a lock (pg_stat_activity)"},
    {"55P03", FailureCode::query_timeout,
     "a catalog is locked, and the role's lock_timeout does not let it wait: look for who holds "
     "the lock (pg_locks), or ALTER ROLE … SET lock_timeout"},
    {"25P03", FailureCode::query_timeout,
     "the role's idle_in_transaction_session_timeout leaves no time between two questions: ALTER "
     "ROLE … SET it higher"},
    {"25P04", FailureCode::query_timeout,
     "the role's transaction_timeout is too short for the check: ALTER ROLE … SET it higher"},
    {"57P01", FailureCode::connection_lost,
     "an administrator ended the session (pg_terminate_backend), or the server was shut down: "
     "check again"},
    {"57P02", FailureCode::connection_lost,
     "another process of the server crashed, and it ended every session: see its log, and check "
     "again"},
    {"40001", FailureCode::query_failed,
     "on a standby, recovery takes precedence over a query that stands in its way: check again, or "
     "raise max_standby_streaming_delay"},
    {"", FailureCode::connection_lost,
     "the connection broke during the query: see the server's log, or a proxy's between"},
};

}  // namespace

Failure query_failure(std::string_view sqlstate, std::string_view primary_message) {
  Failure failure{FailureCode::query_failed, Phase::query, std::string(sqlstate),
                  first_line(primary_message), "see the server's log for the statement"};
  for (const StateRule& rule : state_rules) {
    if (rule.sqlstate == sqlstate) {
      failure.code = rule.code;
      failure.hint = rule.hint;
    }
  }
  if (sqlstate.empty()) {
    failure.sqlstate = std::nullopt;
    if (primary_message.find("lost synchronization with server") != std::string_view::npos) {
      failure.code = FailureCode::protocol_error;
      failure.hint = "what answers there does not answer as PostgreSQL does";
    }
  } else if (auto pooler = pooler_verdict(Phase::query, sqlstate, primary_message, "the login");
             pooler && failure.code == FailureCode::query_failed) {
    failure.code = pooler->code;
    failure.hint = std::move(pooler->hint);
  }
  if (sqlstate == "57014" && primary_message.find("user request") != std::string_view::npos) {
    failure.code = FailureCode::query_failed;
    failure.hint = "somebody canceled the query (pg_cancel_backend): check again";
  }
  return failure;
}

}  // namespace conncheck
