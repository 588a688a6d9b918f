#include "agent/probe/interrogation.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "agent/core/failure.hpp"
#include "agent/probe/catalog_queries.hpp"
#include "agent/probe/explanation_run.hpp"
#include "agent/probe/opening.hpp"
#include "agent/probe/proof_queries.hpp"
#include "agent/probe/proof_run.hpp"
#include "agent/probe/rows.hpp"

namespace asio = boost::asio;

namespace conncheck {
namespace {

// Roles reached by SET ROLE that are looked into; more than these do not make the warning clearer.
constexpr std::size_t max_reachable_roles = 32;

// Rows that are kept of one check, some 100 MB: what a server sends must not fill the memory.
constexpr std::size_t max_kept_rows = 400'000;

enum class Rung { extension, catalog };

/// Neither the connection nor the time is gone: another question may still be answered.
bool worth_another_question(const StatementError& error) {
  static constexpr std::string_view operator_intervention = "57";
  return !error.sqlstate.empty() && !error.sqlstate.starts_with(operator_intervention);
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
        observation_(observation),
        asks_for_contents_(!options.question && !options.include_system) {}

  asio::awaitable<void> run() {
    observation_.proof_wanted = options_.prove;
    std::optional<StatementError> refused = co_await ask_session();
    if (refused && asks_for_contents_ && demands_information_schema(*refused)) {
      // The extension needs no right to the catalogs.
      asks_for_contents_ = false;
      const std::optional<StatementError> again = co_await ask_session_again();
      refused = again;
    }
    if (options_.question) {
      co_await explain(refused);
      co_return;
    }
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
        co_await prove();
        co_return;
      }
      forget_permissions();
      if (!worth_another_question(*failed)) {
        observation_.error = query_failure(failed->sqlstate, failed->message);
        co_return;
      }
      observation_.extension_error = failed->message;
    }
    const std::optional<StatementError> failed =
        co_await ask_permissions(Rung::catalog, extension_usable);
    if (failed) {
      forget_permissions();
      co_await ask_information_schema_after(*failed);
      co_return;
    }
    co_await prove();
  }

 private:
  asio::awaitable<std::optional<StatementError>> ask_session() {
    return ask_session(opening(link_.connection(), time_left_()));
  }

  asio::awaitable<std::optional<StatementError>> ask_session_again() {
    std::vector<Statement> statements = {{"ROLLBACK", {}, {}}};
    for (Statement& statement : opening(link_.connection(), time_left_())) {
      statements.push_back(std::move(statement));
    }
    role_names_.clear();
    return ask_session(std::move(statements));
  }

  asio::awaitable<std::optional<StatementError>> ask_session(std::vector<Statement> statements) {
    statements.push_back(
        {session_query(PQserverVersion(link_.connection())), {}, [this](const Columns& columns) {
           session_ = session_row(columns);
           observation_.session = session_.session;
         }});
    if (!options_.roles.empty()) {
      statements.push_back({role_names_query(), {}, [this](const Columns& columns) {
                              require_columns(columns, 1);
                              keep_row();
                              role_names_.emplace_back(columns[0].value_or(""));
                            }});
    }
    if (asks_for_contents_) {
      statements.push_back(
          {catalog_contents_query(),
           {options_.use_extension ? "true" : "false"},
           [this](const Columns& columns) { catalog_contents_ = catalog_contents_row(columns); }});
    }
    if (options_.question) {
      statements.push_back({explain_executable_query(), {}, [this](const Columns& columns) {
                              require_columns(columns, 1);
                              explain_executable_ = columns[0] == "t";
                            }});
    }
    if (options_.prove) {
      statements.push_back({powerful_role_query(), {}, [this](const Columns& columns) {
                              powerful_role_ = powerful_role_row(columns);
                            }});
    }
    const std::optional<StatementError> error = co_await link_.round_trip(statements);
    if (!error) {
      demand_session();
    }
    co_return error;
  }

  asio::awaitable<void> explain(std::optional<StatementError> failed) {
    if (!failed) {
      Explanation& explanation = observation_.explanation.emplace();
      const std::optional<StatementError> unexplained = co_await run_explanation(
          link_, session_, explain_executable_, *options_.question, explanation);
      failed = unexplained;
    }
    if (failed) {
      observation_.explanation.reset();
      observation_.error = query_failure(failed->sqlstate, failed->message);
    }
  }

  [[nodiscard]] bool may_prove() const {
    return options_.prove && (!powerful_role_ || options_.prove_unsafe);
  }

  /// The permissions are there; unless there is something to prove, the transaction has ended.
  asio::awaitable<void> prove() {
    if (!options_.prove) {
      co_return;
    }
    Proof& proof = observation_.proof.emplace();
    if (!may_prove()) {
      proof.refused_for = powerful_role_;
      co_return;
    }
    const std::optional<StatementError> failed =
        co_await run_proof(link_, time_left_, observation_.login, proof);
    if (failed) {
      observation_.proof.reset();
      observation_.error = query_failure(failed->sqlstate, failed->message);
    }
  }

  void demand_session() const {
    const std::optional<Session>& session = observation_.session;
    if (!session || session->role_name.empty() || session->database_name.empty()) {
      throw MalformedAnswer{"the server does not say who is logged in"};
    }
  }

  void keep_row() {
    if (++kept_rows_ > max_kept_rows) {
      throw MalformedAnswer{
          "the server sends more rows than one check may keep in memory: audit fewer roles at a "
          "time"};
    }
  }

  /// Whether the login holds all of this itself; then it tells nothing about SET ROLE. Rows of the
  /// login have come before, in order.
  [[nodiscard]] bool held_by_login(const RelationPermissions& relation) const {
    const auto name_of = [](const RelationPermissions& row) {
      return std::tie(row.schema_name, row.table_name);
    };
    const auto own = std::lower_bound(
        observation_.login.relations.begin(), observation_.login.relations.end(), relation,
        [&](const auto& a, const auto& b) { return name_of(a) < name_of(b); });
    return own != observation_.login.relations.end() && name_of(*own) == name_of(relation) &&
           relation.column_privileges.empty() && own->privileges.has_all(relation.privileges);
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
      for (Statement& statement : opening(link_.connection(), time_left_())) {
        statements.push_back(std::move(statement));
      }
      catalog_contents_ = {};
    }
    if (rung == Rung::catalog && catalog_contents_.rules) {
      statements.push_back({rules_memory_statement(), {}, {}});
    }
    observation_.login.role_name = session_.session.role_name;
    observation_.roles.resize(audited_.size());
    observation_.reachable.resize(reachable_.size());
    const auto keep_all = [](const RelationPermissions&) { return true; };
    const auto keep_more = [this](const RelationPermissions& row) { return !held_by_login(row); };
    add_role(rung, options_.include_invisible, observation_.login, keep_all, statements);
    for (std::size_t i = 0; i < audited_.size(); ++i) {
      observation_.roles[i].role_name = audited_[i];
      add_role(rung, options_.include_invisible, observation_.roles[i], keep_all, statements);
    }
    for (std::size_t i = 0; i < reachable_.size(); ++i) {
      observation_.reachable[i].role_name = reachable_[i];
      add_role(rung, false, observation_.reachable[i], keep_more, statements);
    }
    std::set<std::pair<std::string, std::string>> members;
    statements.push_back({extension_members_query(), {}, [this, &members](const Columns& columns) {
                            require_columns(columns, 2);
                            keep_row();
                            members.emplace(columns[0].value_or(""), columns[1].value_or(""));
                          }});
    if (!may_prove()) {
      statements.push_back({"COMMIT", {}, {}});
    }
    const std::optional<StatementError> error = co_await link_.round_trip(statements);
    if (!error) {
      observation_.source = rung == Rung::extension ? Source::extension : Source::catalog;
      mark_members(members);
    }
    co_return error;
  }

  void add_role(Rung rung, bool include_invisible, RoleObservation& role,
                std::function<bool(const RelationPermissions&)> is_kept,
                std::vector<Statement>& statements) {
    const char* include_system = options_.include_system ? "true" : "false";
    const std::vector<std::optional<std::string>> schema_values = {role.role_name, include_system};
    std::vector<std::optional<std::string>> values = schema_values;
    values.emplace_back(include_invisible ? "true" : "false");
    const bool by_extension = rung == Rung::extension;
    statements.push_back(
        {by_extension ? extension_permissions_query(session_.extension_schema)
                      : permissions_query(PQserverVersion(link_.connection()), catalog_contents_),
         values, [this, &role, is_kept = std::move(is_kept)](const Columns& columns) {
           RelationPermissions row = permissions_row(columns);
           if (is_kept(row)) {
             keep_row();
             role.relations.push_back(std::move(row));
           }
         }});
    statements.push_back(
        {by_extension ? extension_schemas_query(session_.extension_schema) : schemas_query(),
         schema_values, [this, &role](const Columns& columns) {
           keep_row();
           role.schemas.push_back(schema_row(columns));
         }});
  }

  void mark_members(const std::set<std::pair<std::string, std::string>>& members) {
    if (members.empty()) {
      return;
    }
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
    kept_rows_ = 0;
  }

  asio::awaitable<void> ask_information_schema_after(StatementError failed) {
    if (!demands_information_schema(failed)) {
      observation_.error = query_failure(failed.sqlstate, failed.message);
      co_return;
    }
    std::vector<Statement> statements = {{"ROLLBACK", {}, {}}};
    for (Statement& statement : opening_without_functions(link_.connection(), time_left_())) {
      statements.push_back(std::move(statement));
    }
    if (!observation_.session) {
      statements.push_back({information_schema_session_query(), {}, [this](const Columns& columns) {
                              observation_.session = information_schema_session(columns);
                            }});
    }
    statements.push_back({information_schema_query(), {}, [this](const Columns& columns) {
                            keep_row();
                            add_information_schema_row(columns, observation_.login.relations);
                          }});
    statements.push_back({"COMMIT", {}, {}});
    const std::optional<StatementError> error = co_await link_.round_trip(statements);
    if (error) {
      forget_permissions();
      observation_.error = query_failure(error->sqlstate, error->message);
      co_return;
    }
    demand_session();
    observation_.login.role_name = observation_.session->role_name;
    observation_.source = Source::information_schema;
    for (const NamePattern& pattern : options_.roles) {
      observation_.roles_not_audited.push_back(pattern.text());
    }
  }

  [[nodiscard]] Session information_schema_session(const Columns& columns) const {
    require_columns(columns, 3);
    Session session;
    session.role_name = columns[0].value_or("");
    session.session_user_name = columns[1].value_or("");
    session.database_name = columns[2].value_or("");
    session.server_version_num = PQserverVersion(link_.connection());
    const char* version = PQparameterStatus(link_.connection(), "server_version");
    session.server_version = version != nullptr ? version : "of an unknown version";
    return session;
  }

  PostgresLink& link_;
  const ProbeOptions& options_;
  std::function<std::chrono::milliseconds()> time_left_;
  Observation& observation_;
  SessionRow session_;
  bool asks_for_contents_;
  CatalogContents catalog_contents_;  // of the transaction
  std::vector<std::string> role_names_;
  std::optional<PowerfulRole> powerful_role_;
  std::optional<bool> explain_executable_;
  std::vector<std::string> audited_;
  std::vector<std::string> reachable_;
  std::size_t kept_rows_ = 0;
};

}  // namespace

asio::awaitable<void> interrogate(PostgresLink& link, const ProbeOptions& options,
                                  std::function<std::chrono::milliseconds()> time_left,
                                  Observation& observation) {
  Interrogation interrogation(link, options, std::move(time_left), observation);
  co_await interrogation.run();
}

}  // namespace conncheck
