#include "agent/probe/opening.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace conncheck {
namespace {

/// A database in SQL_ASCII holds names in whatever bytes they were written. As UTF-8, which the
/// login asked for, the server would refuse to give them out.
bool holds_any_bytes(PGconn* connection) {
  const char* encoding = PQparameterStatus(connection, "server_encoding");
  return encoding != nullptr && std::string_view(encoding) == "SQL_ASCII";
}

std::string in_milliseconds(std::chrono::milliseconds time_left) {
  return std::to_string(std::max<std::int64_t>(time_left.count(), 1));
}

}  // namespace

std::vector<Statement> opening(PGconn* connection, std::chrono::milliseconds time_left) {
  const std::string as_bytes = holds_any_bytes(connection)
                                   ? ", pg_catalog.set_config('client_encoding', 'SQL_ASCII', true)"
                                   : "";
  return {
      // All questions are about one moment: what is asked follows from what was answered. A role's
      // default may be serializable, which a standby refuses.
      {"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", {}, {}},
      {"SELECT pg_catalog.set_config('statement_timeout', $1::pg_catalog.text, true), "
       "pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true), "
       "pg_catalog.set_config('standard_conforming_strings', 'on', true), "
       "pg_catalog.set_config('quote_all_identifiers', 'off', true), "
       // Compiling the query takes ten times longer than running it.
       "pg_catalog.set_config('jit', 'off', true), "
       // From PostgreSQL 14 on, and where the system can: the server notices within a second that
       // we are gone, however we went. No operators: the search_path is not set yet.
       "CASE WHEN pg_catalog.current_setting('client_connection_check_interval', true) IS NOT NULL "
       "AND pg_catalog.strpos(pg_catalog.version(), 'linux')::pg_catalog.bool "
       "THEN pg_catalog.set_config('client_connection_check_interval', '1s', true) END" +
           as_bytes,
       {in_milliseconds(time_left)},
       {}},
  };
}

std::vector<Statement> opening_without_functions(PGconn* connection,
                                                 std::chrono::milliseconds time_left) {
  std::vector<Statement> statements = {
      {"BEGIN READ ONLY", {}, {}},
      {"SET LOCAL statement_timeout = " + in_milliseconds(time_left), {}, {}},
      {"SET LOCAL search_path = pg_catalog, pg_temp", {}, {}},
  };
  if (holds_any_bytes(connection)) {
    statements.push_back({"SET LOCAL client_encoding = 'SQL_ASCII'", {}, {}});
  }
  return statements;
}

}  // namespace conncheck
