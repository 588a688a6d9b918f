#include "agent/core/proof.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace conncheck {
namespace {

std::size_t index_of(Privilege privilege) {
  const auto* const place =
      std::find(proved_privileges.begin(), proved_privileges.end(), privilege);
  return static_cast<std::size_t>(place - proved_privileges.begin());
}

std::string relation_of(const ProofSubject& subject) {
  return subject.quoted_schema + "." + subject.quoted_table;
}

std::string insert_statement(const ProofSubject& subject, const std::vector<ProofColumn>& columns) {
  if (columns.empty()) {
    return fmt::format("EXPLAIN (COSTS OFF) INSERT INTO {} DEFAULT VALUES", relation_of(subject));
  }
  std::string names;
  std::string values;
  for (const ProofColumn& column : columns) {
    names += (names.empty() ? "" : ", ") + column.quoted;
    values += values.empty() ? "DEFAULT" : ", DEFAULT";
  }
  return fmt::format("EXPLAIN (COSTS OFF) INSERT INTO {} ({}) VALUES ({})", relation_of(subject),
                     names, values);
}

std::string update_statement(const ProofSubject& subject, const std::vector<ProofColumn>& columns) {
  std::string assignments;
  for (const ProofColumn& column : columns) {
    assignments += fmt::format("{}{} = {}", assignments.empty() ? "" : ", ", column.quoted,
                               column.always_identity ? "DEFAULT" : "NULL");
  }
  return fmt::format("EXPLAIN (COSTS OFF) UPDATE {} SET {}", relation_of(subject), assignments);
}

/// A view's column that no write reaches: an expression, a generated column beneath.
bool is_unreachable(const ProofAnswer& answer) {
  return answer.sqlstate == "0A000" || answer.sqlstate == "428C9" || answer.sqlstate == "42601";
}

/// Failed because of how its columns are put together, not for want of a permission.
bool demands_single_columns(const ProofAnswer& answer) {
  return is_unreachable(answer) || answer.sqlstate == "42701";
}

}  // namespace

ProofAnswer failed_answer(std::string_view sqlstate, std::string message) {
  constexpr std::array<std::string_view, 6> by_definition = {
      "55000",  // a view that cannot be updated, no replica identity, an unpopulated view
      "42809",  // a materialized view cannot be changed
      "0A000",  // a view's column, a rule, a foreign table that takes no such statement
      "42P17",  // rules or policies without end
      "428C9",  // a generated column
      "42601",  // the same before PostgreSQL 14
  };
  ProofOutcome outcome = ProofOutcome::other_failure;
  if (sqlstate == "42501") {
    outcome = ProofOutcome::denied;
  } else if (sqlstate == "42P01" || sqlstate == "3F000") {
    outcome = ProofOutcome::gone;
  } else if (std::find(by_definition.begin(), by_definition.end(), sqlstate) !=
             by_definition.end()) {
    outcome = ProofOutcome::not_writable;
  }
  return {outcome, std::string(sqlstate), std::move(message), false};
}

void read_plan_line(std::string_view line, ProofAnswer& answer) {
  // EXPLAIN translates neither.
  if (line == "Query rewrites to nothing") {
    answer.outcome = ProofOutcome::not_checked;
  }
  const std::size_t begin = line.find_first_not_of(" ->");
  if (begin != std::string_view::npos && line.substr(begin).starts_with("Foreign ")) {
    answer.foreign_scan = true;
  }
}

std::vector<ProofStatement> proof_statements(const ProofSubject& subject) {
  const std::string relation = relation_of(subject);
  std::vector<ProofStatement> statements;
  const auto add = [&statements](Privilege privilege, std::string sql) {
    statements.push_back({privilege, std::nullopt, false, std::move(sql)});
  };
  add(Privilege::select, fmt::format("EXPLAIN (COSTS OFF) SELECT * FROM {}", relation));
  add(Privilege::insert, insert_statement(subject, subject.columns));
  if (!subject.columns.empty()) {
    add(Privilege::update, update_statement(subject, subject.columns));
  }
  add(Privilege::delete_, fmt::format("EXPLAIN (COSTS OFF) DELETE FROM {}", relation));
  return statements;
}

RelationProof::RelationProof(ProofSubject subject) : subject_(std::move(subject)) {}

RelationProof::Answers& RelationProof::answers(Privilege privilege) {
  return answers_.at(index_of(privilege));
}

const RelationProof::Answers& RelationProof::answers(Privilege privilege) const {
  return answers_.at(index_of(privilege));
}

void RelationProof::hear(const ProofStatement& statement, ProofAnswer answer) {
  Answers& known = answers(statement.privilege);
  if (statement.without_columns) {
    known.without_columns = std::move(answer);
  } else if (statement.column) {
    known.by_column.resize(subject_.columns.size());
    known.by_column.at(*statement.column) = std::move(answer);
  } else {
    known.whole = std::move(answer);
  }
}

std::vector<ProofStatement> RelationProof::further_statements() const {
  std::vector<ProofStatement> statements;
  if (!subject_.is_view) {
    return statements;
  }
  for (const Privilege privilege : {Privilege::insert, Privilege::update}) {
    if (!demands_single_columns(answers(privilege).whole)) {
      continue;
    }
    const bool inserts = privilege == Privilege::insert;
    for (std::size_t i = 0; i < subject_.columns.size(); ++i) {
      ProofColumn column = subject_.columns[i];
      column.always_identity = true;  // beneath the view it may be one: DEFAULT is always taken
      statements.push_back(
          {privilege, i, false,
           inserts ? insert_statement(subject_, {column}) : update_statement(subject_, {column})});
    }
    if (inserts) {
      statements.push_back({privilege, std::nullopt, true, insert_statement(subject_, {})});
    }
  }
  return statements;
}

ProofAnswer RelationProof::answer(Privilege privilege) const {
  const Answers& known = answers(privilege);
  if (known.by_column.empty()) {
    return known.whole;
  }
  const ProofAnswer* worst = nullptr;
  for (const ProofAnswer& answer : known.by_column) {
    const bool counts = !is_unreachable(answer);
    // Denied says most, then a failure; allowed only if every column is.
    const bool is_worse = worst == nullptr || answer.outcome == ProofOutcome::denied ||
                          worst->outcome == ProofOutcome::allowed;
    if (counts && is_worse && (worst == nullptr || worst->outcome != ProofOutcome::denied)) {
      worst = &answer;
    }
  }
  return worst != nullptr ? *worst : known.without_columns;
}

std::vector<std::string> RelationProof::answered_columns(Privilege privilege) const {
  const Answers& known = answers(privilege);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < subject_.columns.size(); ++i) {
    if (known.by_column.empty() || !is_unreachable(known.by_column[i])) {
      names.push_back(subject_.columns[i].name);
    }
  }
  return names;
}

bool RelationProof::gone() const {
  return std::any_of(answers_.begin(), answers_.end(), [](const Answers& known) {
    return known.whole.outcome == ProofOutcome::gone;
  });
}

void RelationProof::edit_messages(const std::function<std::string(std::string)>& edit) {
  const auto edit_one = [&edit](ProofAnswer& answer) {
    if (!answer.message.empty()) {
      answer.message = edit(std::move(answer.message));
    }
  };
  for (Answers& known : answers_) {
    edit_one(known.whole);
    edit_one(known.without_columns);
    std::for_each(known.by_column.begin(), known.by_column.end(), edit_one);
  }
}

}  // namespace conncheck
