#include "agent/probe/explanation_run.hpp"

#include <fmt/format.h>

namespace asio = boost::asio;

namespace conncheck {
namespace {

/// `schema` is quoted already. Every name is qualified: the search_path is the role's own.
std::string explain_query(const std::string& schema) {
  return fmt::format(R"sql(
SELECT held, usable, source, pg_catalog.array_to_json(role_path), grantor, grantable,
       requires_set_role, detail, fix
FROM {}.conncheck_explain($1::pg_catalog.text, $2::pg_catalog.text, $3::pg_catalog.name)
)sql",
                     schema);
}

}  // namespace

const char* explain_executable_query() {
  return R"sql(
SELECT has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE')
FROM pg_extension e
JOIN pg_namespace n ON n.oid = e.extnamespace
JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
                AND d.classid = 'pg_proc'::regclass
JOIN pg_proc p ON p.oid = d.objid AND p.pronamespace = n.oid AND p.proname = 'conncheck_explain'
              AND oidvectortypes(p.proargtypes) = 'text, text, name'
WHERE e.extname = 'conncheck'
)sql";
}

asio::awaitable<std::optional<StatementError>> run_explanation(PostgresLink& link,
                                                               const SessionRow& session,
                                                               std::optional<bool> executable,
                                                               const ExplanationQuestion& question,
                                                               Explanation& explanation) {
  explanation.refusal = refusal_without_extension(session.extension_version, executable);
  explanation.object = question.object;
  explanation.privileges = question.privileges;
  explanation.role_name = question.role.value_or(session.session.role_name);
  std::vector<Statement> statements;
  if (!explanation.refusal) {
    statements.push_back({"SET LOCAL search_path TO DEFAULT", {}, {}});
    for (const std::string& privilege : question.privileges) {
      statements.push_back({explain_query(session.extension_schema),
                            {question.object, privilege, question.role},
                            [&explanation, privilege](const Columns& columns) {
                              explanation.rows.push_back(explanation_row(columns, privilege));
                            }});
    }
  }
  statements.push_back({"COMMIT", {}, {}});
  std::optional<StatementError> error = co_await link.round_trip(statements);
  if (error && is_about_the_question(error->sqlstate)) {
    explanation.refusal = ExplanationRefusal{error->message, error->hint};
    explanation.rows.clear();
    error.reset();
  }
  co_return error;
}

}  // namespace conncheck
