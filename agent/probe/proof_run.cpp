#include "agent/probe/proof_run.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <deque>
#include <memory>
#include <utility>

#include "agent/core/usable_privilege.hpp"
#include "agent/probe/proof_queries.hpp"
#include "agent/probe/rows.hpp"

namespace asio = boost::asio;
namespace json = boost::json;

namespace conncheck {
namespace {

using std::chrono::milliseconds;

// Somebody's ALTER TABLE or CREATE INDEX is not waited for; a busy moment is.
constexpr milliseconds lock_timeout{100};

// Until its plan or an error says otherwise.
const ProofAnswer passing{ProofOutcome::allowed, {}, {}, false};

/// How long one EXPLAIN may plan: what it runs was written by others.
milliseconds planning_timeout(milliseconds time_left) {
  return std::clamp(time_left / 4, milliseconds(10), milliseconds(2000));
}

std::string limit(const char* setting, milliseconds value) {
  return std::string("SET LOCAL ") + setting + " = " + std::to_string(value.count());
}

struct LibpqText {
  void operator()(char* text) const { PQfreemem(text); }
};

/// Nothing for a name that is not valid in the connection's encoding.
std::optional<std::string> quoted(PGconn* connection, const std::string& name) {
  const std::unique_ptr<char, LibpqText> text(
      PQescapeIdentifier(connection, name.c_str(), name.size()));
  return text ? std::optional<std::string>(text.get()) : std::nullopt;
}

class ProofRun {
 public:
  ProofRun(PostgresLink& link, std::function<milliseconds()> time_left,
           const RoleObservation& login, Proof& proof)
      : link_(link), time_left_(std::move(time_left)), login_(login), proof_(proof) {}

  asio::awaitable<std::optional<StatementError>> run() {
    const std::vector<Statement> preparation = preparing_statements();
    const std::optional<StatementError> unprepared = co_await link_.round_trip(preparation);
    if (unprepared) {
      co_return unprepared;
    }
    const std::optional<StatementError> first = co_await try_all(
        [](const RelationProof& relation) { return proof_statements(relation.subject()); });
    if (first || stopped_) {
      co_return first;
    }
    const std::optional<StatementError> second = co_await try_all(
        [](const RelationProof& relation) { return relation.further_statements(); });
    if (second || stopped_) {
      co_return second;
    }
    std::vector<Statement> end;
    end.push_back({"ROLLBACK", {}, {}});
    const std::optional<StatementError> unended = co_await link_.round_trip(end);
    co_return unended;
  }

 private:
  using StatementsOf = std::function<std::vector<ProofStatement>(const RelationProof&)>;

  /// What is known of the relations is asked for; then statements run as the role's own do, but for
  /// settings that would change the meaning of an answer.
  std::vector<Statement> preparing_statements() {
    planning_timeout_ = planning_timeout(time_left_());
    std::vector<Statement> statements;
    statements.push_back({proof_subjects_query(),
                          {visible_relations()},
                          [this](const Columns& columns) { add_subject(columns); }});
    for (const std::string& setting :
         {std::string("SET LOCAL search_path TO DEFAULT"),
          std::string("SET LOCAL row_security = on"), limit("lock_timeout", lock_timeout),
          limit("statement_timeout", planning_timeout_), std::string("SAVEPOINT conncheck")}) {
      statements.push_back({setting, {}, {}});
    }
    return statements;
  }

  [[nodiscard]] std::string visible_relations() const {
    json::array names;
    for (std::size_t i = 0; i < login_.relations.size(); ++i) {
      const RelationPermissions& relation = login_.relations[i];
      if (relation.visible() && !is_system_schema(relation.schema_name)) {
        names.push_back(
            json::object{{"i", i}, {"s", relation.schema_name}, {"t", relation.table_name}});
      }
    }
    return json::serialize(names);
  }

  void add_subject(const Columns& columns) {
    const ProofSubjectRow row = proof_subject_row(columns);
    if (row.relation >= login_.relations.size()) {
      throw MalformedAnswer{"the server tells of a relation that it was not asked about"};
    }
    const RelationPermissions& relation = login_.relations[row.relation];
    PGconn* connection = link_.connection();
    const auto schema = quoted(connection, relation.schema_name);
    const auto table = quoted(connection, relation.table_name);
    bool all_quoted = schema && table;
    ProofSubject subject;
    for (const std::string& name : row.columns) {
      const auto column = quoted(connection, name);
      all_quoted = all_quoted && column;
      const bool always_identity = std::find(row.always_identity.begin(), row.always_identity.end(),
                                             name) != row.always_identity.end();
      subject.columns.push_back({name, column.value_or(""), always_identity});
    }
    if (!all_quoted) {
      ++proof_.unquotable;
      return;
    }
    subject.relation = row.relation;
    subject.quoted_schema = *schema;
    subject.quoted_table = *table;
    subject.is_view = row.is_view;
    subject.has_rules = row.has_rules;
    subject.sequence_default = row.sequence_default;
    subject.foreign_key = row.foreign_key;
    proof_.relations.emplace_back(std::move(subject));
  }

  /// Tries what `statements_of` gives for each relation.
  asio::awaitable<std::optional<StatementError>> try_all(StatementsOf statements_of) {
    statements_of_ = std::move(statements_of);
    next_relation_ = 0;
    ready_.clear();
    const std::optional<StatementError> broken = co_await link_.stream(
        [this] { return next_group(); },
        [this](const std::optional<StatementError>& error) { return keep_answer(error); });
    if (stopped_) {
      leave_out_unfinished();
    }
    co_return broken;
  }

  std::optional<std::vector<Statement>> next_group() {
    while (ready_.empty() && next_relation_ < proof_.relations.size()) {
      for (ProofStatement& statement : statements_of_(proof_.relations[next_relation_])) {
        ready_.push_back({next_relation_, std::move(statement)});
      }
      ++next_relation_;
    }
    if (ready_.empty()) {
      return std::nullopt;
    }
    std::vector<Statement> group;
    group.push_back({"ROLLBACK TO SAVEPOINT conncheck", {}, {}});
    group.push_back({std::move(ready_.front().statement.sql), {}, [this](const Columns& columns) {
                       require_columns(columns, 1);
                       read_plan_line(columns[0].value_or(""), answer_);
                     }});
    under_way_.push_back(std::move(ready_.front()));
    ready_.pop_front();
    return group;
  }

  bool keep_answer(const std::optional<StatementError>& error) {
    const Try tried = std::move(under_way_.front());
    under_way_.pop_front();
    ProofAnswer answer = std::exchange(answer_, passing);
    if (error) {
      answer = failed_answer(error->sqlstate, error->message);
    }
    proof_.relations[tried.relation].hear(tried.statement, std::move(answer));
    stopped_ = time_left_() < planning_timeout_ + 2 * lock_timeout && !is_done();
    return !stopped_;
  }

  [[nodiscard]] bool is_done() const {
    return under_way_.empty() && ready_.empty() && next_relation_ == proof_.relations.size();
  }

  /// A relation of which not all is known would be judged wrongly.
  void leave_out_unfinished() {
    std::size_t first = next_relation_;
    if (!under_way_.empty()) {
      first = under_way_.front().relation;
    } else if (!ready_.empty()) {
      first = ready_.front().relation;
    }
    std::size_t place = 0;
    proof_.out_of_time += std::erase_if(proof_.relations, [&](const RelationProof& relation) {
      return place++ >= first && !statements_of_(relation).empty();
    });
  }

  struct Try {
    std::size_t relation;
    ProofStatement statement;
  };

  PostgresLink& link_;
  std::function<milliseconds()> time_left_;
  const RoleObservation& login_;
  Proof& proof_;
  milliseconds planning_timeout_{0};
  StatementsOf statements_of_;
  std::size_t next_relation_ = 0;
  std::deque<Try> ready_;
  std::deque<Try> under_way_;
  ProofAnswer answer_ = passing;  ///< of the statement whose plan is arriving
  bool stopped_ = false;
};

}  // namespace

asio::awaitable<std::optional<StatementError>> run_proof(PostgresLink& link,
                                                         std::function<milliseconds()> time_left,
                                                         const RoleObservation& login,
                                                         Proof& proof) {
  ProofRun run(link, std::move(time_left), login, proof);
  std::optional<StatementError> error = co_await run.run();
  co_return error;
}

}  // namespace conncheck
