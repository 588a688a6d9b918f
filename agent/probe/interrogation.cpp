#include "agent/probe/interrogation.hpp"

#include <algorithm>
#include <set>

#include "agent/core/failure.hpp"
#include "agent/probe/catalog_queries.hpp"
#include "agent/probe/rows.hpp"

namespace asio = boost::asio;

namespace conncheck {
namespace {

// Roles reached by SET ROLE that are looked into; more than these do not make the warning clearer.
constexpr std::size_t max_reachable_roles = 32;

enum class Rung { extension, catalog };

/// Begins the transaction; a statement that fails cannot leave a query running after the deadline.
std::vector<Statement> opening(std::chrono::milliseconds time_left) {
  const std::string timeout = std::to_string(std::max<std::int64_t>(time_left.count(), 1));
  return {
      {"BEGIN READ ONLY", {}, {}},
      {"SELECT pg_catalog.set_config('statement_timeout', $1::pg_catalog.text, true), "
       "pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true), "
       // Compiling the query takes ten times longer than running it.
       "pg_catalog.set_config('jit', 'off', true)",
       {timeout},
       {}},
  };
}

/// The catalogs are not Postgres's, or not for this role: only information_schema is left.
bool demands_information_schema(const StatementError& error) {
  static const std::set<std::string> states = {"42883", "42501", "42P01", "3F000"};
  return states.contains(error.sqlstate);
}

class Interrogation {
 public:
  Interrogation(PostgresLink& link, const ProbeOptions& options,
                std::function<std::chrono::milliseconds()> time_left, Observation& observation)
      : link_(link),
        options_(options),
        time_left_(std::move(time_left)),
        observation_(observation) {}

  asio::awaitable<void> run() {
    const std::optional<StatementError> refused = co_await ask_session();
    if (refused) {
      co_await ask_information_schema_after(*refused);
      co_return;
    }
    select_roles();
    const bool extension_usable = options_.use_extension && session_.extension_executable &&
                                  session_.extension_version == CONNCHECK_VERSION;
    if (session_.extension_version && session_.extension_version != CONNCHECK_VERSION) {
      observation_.outdated_extension = session_.extension_version;
    }
    if (extension_usable) {
      const std::optional<StatementError> failed = co_await ask_permissions(Rung::extension, false);
      if (!failed) {
        co_return;
      }
      forget_permissions();
    }
    const std::optional<StatementError> failed =
        co_await ask_permissions(Rung::catalog, extension_usable);
    if (failed) {
      forget_permissions();
      co_await ask_information_schema_after(*failed);
    }
  }

 private:
  asio::awaitable<std::optional<StatementError>> ask_session() {
    std::vector<Statement> statements = opening(time_left_());
    statements.push_back({session_query(PQserverVersion(link_.connection())),
                          {},
                          [this](const Columns& columns) { session_ = session_row(columns); }});
    if (!options_.roles.empty()) {
      statements.push_back({role_names_query(), {}, [this](const Columns& columns) {
                              role_names_.push_back(columns.at(0).value_or(""));
                            }});
    }
    const std::optional<StatementError> error = co_await link_.round_trip(statements);
    if (!error) {
      observation_.session = session_.session;
    }
    co_return error;
  }

  void select_roles() {
    std::set<std::string> matched;
    for (const NamePattern& pattern : options_.roles) {
      bool any = pattern.text() == "public" && matched.insert("public").second;
      for (const std::string& name : role_names_) {
        if (pattern.matches(name)) {
          matched.insert(name);
          any = true;
        }
      }
      if (!any) {
        observation_.unknown_roles.push_back(pattern.text());
      }
    }
    audited_.assign(matched.begin(), matched.end());
    reachable_ = session_.session.can_set_role;
    reachable_.resize(std::min(reachable_.size(), max_reachable_roles));
  }

  asio::awaitable<std::optional<StatementError>> ask_permissions(Rung rung, bool after_failure) {
    std::vector<Statement> statements;
    if (after_failure) {
      statements.push_back({"ROLLBACK", {}, {}});
      for (Statement& statement : opening(time_left_())) {
        statements.push_back(std::move(statement));
      }
    }
    observation_.login.role_name = session_.session.role_name;
    observation_.roles.resize(audited_.size());
    observation_.reachable.resize(reachable_.size());
    add_role(rung, options_.include_invisible, observation_.login, statements);
    for (std::size_t i = 0; i < audited_.size(); ++i) {
      observation_.roles[i].role_name = audited_[i];
      add_role(rung, options_.include_invisible, observation_.roles[i], statements);
    }
    for (std::size_t i = 0; i < reachable_.size(); ++i) {
      observation_.reachable[i].role_name = reachable_[i];
      add_role(rung, false, observation_.reachable[i], statements);
    }
    std::set<std::pair<std::string, std::string>> members;
    statements.push_back({extension_members_query(), {}, [&members](const Columns& columns) {
                            members.emplace(columns.at(0).value_or(""), columns.at(1).value_or(""));
                          }});
    statements.push_back({"COMMIT", {}, {}});
    const std::optional<StatementError> error = co_await link_.round_trip(statements);
    if (!error) {
      observation_.source = rung == Rung::extension ? Source::extension : Source::catalog;
      mark_members(members);
    }
    co_return error;
  }

  void add_role(Rung rung, bool include_invisible, RoleObservation& role,
                std::vector<Statement>& statements) const {
    const char* include_system = options_.include_system ? "true" : "false";
    const std::vector<std::optional<std::string>> schema_values = {role.role_name, include_system};
    std::vector<std::optional<std::string>> values = schema_values;
    values.emplace_back(include_invisible ? "true" : "false");
    const bool by_extension = rung == Rung::extension;
    statements.push_back({by_extension ? extension_permissions_query(session_.extension_schema)
                                       : permissions_query(PQserverVersion(link_.connection())),
                          values, [&role](const Columns& columns) {
                            role.relations.push_back(permissions_row(columns));
                          }});
    statements.push_back(
        {by_extension ? extension_schemas_query(session_.extension_schema) : schemas_query(),
         schema_values,
         [&role](const Columns& columns) { role.schemas.push_back(schema_row(columns)); }});
  }

  void mark_members(const std::set<std::pair<std::string, std::string>>& members) {
    const auto mark = [&members](RoleObservation& role) {
      for (RelationPermissions& relation : role.relations) {
        relation.of_extension = members.contains({relation.schema_name, relation.table_name});
      }
    };
    mark(observation_.login);
    std::for_each(observation_.roles.begin(), observation_.roles.end(), mark);
    std::for_each(observation_.reachable.begin(), observation_.reachable.end(), mark);
  }

  void forget_permissions() {
    observation_.login = {};
    observation_.roles.clear();
    observation_.reachable.clear();
  }

  asio::awaitable<void> ask_information_schema_after(StatementError failed) {
    if (!demands_information_schema(failed)) {
      observation_.error = query_failure(failed.sqlstate, failed.message);
      co_return;
    }
    std::vector<Statement> statements = {{"ROLLBACK", {}, {}}, {"BEGIN READ ONLY", {}, {}}};
    if (!observation_.session) {
      statements.push_back({information_schema_session_query(), {}, [this](const Columns& columns) {
                              Session session;
                              session.role_name = columns.at(0).value_or("");
                              session.session_user_name = columns.at(1).value_or("");
                              session.database_name = columns.at(2).value_or("");
                              session.server_version_num = PQserverVersion(link_.connection());
                              observation_.session = session;
                            }});
    }
    statements.push_back({information_schema_query(), {}, [this](const Columns& columns) {
                            add_information_schema_row(columns, observation_.login.relations);
                          }});
    statements.push_back({"COMMIT", {}, {}});
    const std::optional<StatementError> error = co_await link_.round_trip(statements);
    if (error) {
      forget_permissions();
      observation_.error = query_failure(error->sqlstate, error->message);
      co_return;
    }
    observation_.login.role_name = observation_.session->role_name;
    observation_.source = Source::information_schema;
  }

  PostgresLink& link_;
  const ProbeOptions& options_;
  std::function<std::chrono::milliseconds()> time_left_;
  Observation& observation_;
  SessionRow session_;
  std::vector<std::string> role_names_;
  std::vector<std::string> audited_;
  std::vector<std::string> reachable_;
};

}  // namespace

asio::awaitable<void> interrogate(PostgresLink& link, const ProbeOptions& options,
                                  std::function<std::chrono::milliseconds()> time_left,
                                  Observation& observation) {
  Interrogation interrogation(link, options, std::move(time_left), observation);
  co_await interrogation.run();
}

}  // namespace conncheck
