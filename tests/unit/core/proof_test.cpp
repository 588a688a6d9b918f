#include "agent/core/proof.hpp"

#include <gtest/gtest.h>

namespace conncheck {
namespace {

ProofSubject subject() {
  ProofSubject result;
  result.quoted_schema = "\"s\"";
  result.quoted_table = "\"t\"";
  result.columns = {{"id", "\"id\"", true}, {"a", "\"a\"", false}};
  return result;
}

std::vector<std::string> texts(const std::vector<ProofStatement>& statements) {
  std::vector<std::string> result;
  for (const ProofStatement& statement : statements) {
    result.push_back(statement.sql);
  }
  return result;
}

ProofAnswer allowed() { return {ProofOutcome::allowed, {}, {}, false}; }

TEST(Proof, FourStatementsThatNameEveryColumn) {
  EXPECT_EQ(texts(proof_statements(subject())),
            (std::vector<std::string>{
                R"(EXPLAIN (COSTS OFF) SELECT * FROM "s"."t")",
                R"(EXPLAIN (COSTS OFF) INSERT INTO "s"."t" ("id", "a") VALUES (DEFAULT, DEFAULT))",
                R"(EXPLAIN (COSTS OFF) UPDATE "s"."t" SET "id" = DEFAULT, "a" = NULL)",
                R"(EXPLAIN (COSTS OFF) DELETE FROM "s"."t")"}));
}

TEST(Proof, WithoutColumnsNothingIsUpdated) {
  ProofSubject none = subject();
  none.columns.clear();
  EXPECT_EQ(texts(proof_statements(none)),
            (std::vector<std::string>{R"(EXPLAIN (COSTS OFF) SELECT * FROM "s"."t")",
                                      R"(EXPLAIN (COSTS OFF) INSERT INTO "s"."t" DEFAULT VALUES)",
                                      R"(EXPLAIN (COSTS OFF) DELETE FROM "s"."t")"}));
}

TEST(Proof, Only42501IsADenial) {
  const std::vector<std::pair<const char*, ProofOutcome>> outcomes = {
      {"42501", ProofOutcome::denied},        {"55P03", ProofOutcome::other_failure},
      {"57014", ProofOutcome::other_failure}, {"P0001", ProofOutcome::other_failure},
      {"42P17", ProofOutcome::not_writable},  {"0A000", ProofOutcome::not_writable},
      {"55000", ProofOutcome::not_writable},  {"42809", ProofOutcome::not_writable},
      {"42P01", ProofOutcome::gone},          {"3F000", ProofOutcome::gone}};
  for (const auto& [sqlstate, outcome] : outcomes) {
    EXPECT_EQ(failed_answer(sqlstate, "text").outcome, outcome) << sqlstate;
  }
}

TEST(Proof, PlanLines) {
  const auto read = [](std::initializer_list<const char*> lines) {
    ProofAnswer answer = allowed();
    for (const char* line : lines) {
      read_plan_line(line, answer);
    }
    return answer;
  };
  EXPECT_TRUE(read({"Update on far", "  ->  Foreign Scan on far"}).foreign_scan);
  EXPECT_FALSE(read({"Seq Scan on \"Foreign Scan\""}).foreign_scan);
  EXPECT_EQ(read({"Query rewrites to nothing"}).outcome, ProofOutcome::not_checked);
  EXPECT_EQ(read({"Seq Scan on \"Query rewrites to nothing\""}).outcome, ProofOutcome::allowed);
}

/// A view of two columns whose statements over both failed with `sqlstate`.
RelationProof view_refusing(const char* sqlstate) {
  ProofSubject view = subject();
  view.is_view = true;
  RelationProof proof(view);
  for (const ProofStatement& statement : proof_statements(view)) {
    const bool names_columns =
        statement.privilege == Privilege::insert || statement.privilege == Privilege::update;
    proof.hear(statement, names_columns ? failed_answer(sqlstate, "") : allowed());
  }
  return proof;
}

/// Hears `outcomes` for the columns, for INSERT and for UPDATE alike.
ProofAnswer by_columns(std::vector<ProofAnswer> outcomes, Privilege privilege,
                       ProofAnswer without_columns = allowed()) {
  RelationProof proof = view_refusing("0A000");
  for (const ProofStatement& statement : proof.further_statements()) {
    proof.hear(statement, statement.column ? outcomes[*statement.column] : without_columns);
  }
  return proof.answer(privilege);
}

TEST(Proof, ColumnsOfAViewAreTriedOneByOneWhereTheyDoNotGoTogether) {
  for (const char* sqlstate : {"0A000", "42601", "42701", "428C9"}) {
    EXPECT_EQ(texts(view_refusing(sqlstate).further_statements()),
              (std::vector<std::string>{
                  R"(EXPLAIN (COSTS OFF) INSERT INTO "s"."t" ("id") VALUES (DEFAULT))",
                  R"(EXPLAIN (COSTS OFF) INSERT INTO "s"."t" ("a") VALUES (DEFAULT))",
                  R"(EXPLAIN (COSTS OFF) INSERT INTO "s"."t" DEFAULT VALUES)",
                  R"(EXPLAIN (COSTS OFF) UPDATE "s"."t" SET "id" = DEFAULT)",
                  R"(EXPLAIN (COSTS OFF) UPDATE "s"."t" SET "a" = DEFAULT)"}));
  }
  EXPECT_TRUE(view_refusing("42501").further_statements().empty());
  EXPECT_TRUE(view_refusing("55000").further_statements().empty());
}

TEST(Proof, EveryColumnThatCanBeWrittenCounts) {
  const ProofAnswer unreachable = failed_answer("0A000", "");
  const ProofAnswer denied = failed_answer("42501", "");
  const ProofAnswer locked = failed_answer("55P03", "");
  for (const Privilege privilege : {Privilege::insert, Privilege::update}) {
    const auto outcome = [privilege](std::vector<ProofAnswer> answers) {
      return by_columns(std::move(answers), privilege).outcome;
    };
    EXPECT_EQ(outcome({allowed(), unreachable}), ProofOutcome::allowed);
    EXPECT_EQ(outcome({unreachable, denied}), ProofOutcome::denied);
    EXPECT_EQ(outcome({allowed(), denied}), ProofOutcome::denied);
    EXPECT_EQ(outcome({denied, allowed()}), ProofOutcome::denied);
    EXPECT_EQ(outcome({denied, locked}), ProofOutcome::denied);
    EXPECT_EQ(outcome({locked, denied}), ProofOutcome::denied);
    EXPECT_EQ(outcome({allowed(), locked}), ProofOutcome::other_failure);
    EXPECT_EQ(outcome({locked, allowed()}), ProofOutcome::other_failure);
  }
  EXPECT_EQ(by_columns({unreachable, unreachable}, Privilege::insert, denied).outcome,
            ProofOutcome::denied);
  EXPECT_EQ(by_columns({unreachable, unreachable}, Privilege::update).outcome,
            ProofOutcome::not_tried);
}

TEST(Proof, AnswersSpeakOfTheColumnsThatCanBeWritten) {
  RelationProof proof = view_refusing("0A000");
  EXPECT_EQ(proof.answered_columns(Privilege::update), (std::vector<std::string>{"id", "a"}));
  for (const ProofStatement& statement : proof.further_statements()) {
    proof.hear(statement, statement.column == 0U ? failed_answer("0A000", "") : allowed());
  }
  EXPECT_EQ(proof.answered_columns(Privilege::update), std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace conncheck
