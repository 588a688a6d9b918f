#include "agent/core/proof_findings.hpp"

#include <gtest/gtest.h>

#include "agent/core/usable_privilege.hpp"
#include "tests/unit/core/relation_samples.hpp"

namespace conncheck {
namespace {

using namespace samples;

ProofAnswer allowed() { return {ProofOutcome::allowed, {}, {}, false}; }
ProofAnswer denied() { return failed_answer("42501", "permission denied"); }

/// A relation with two columns; the server's answers to SELECT, INSERT, UPDATE and DELETE.
struct Try {
  RelationPermissions relation;
  std::vector<ProofAnswer> answers;
  bool has_rules = false;

  [[nodiscard]] RoleObservation login() const { return {"app", {relation}, {}}; }

  [[nodiscard]] Proof proof() const {
    ProofSubject subject;
    subject.quoted_schema = "s";
    subject.quoted_table = "t";
    subject.columns = {{"a", "a", false}, {"b", "b", false}};
    subject.has_rules = has_rules;
    Proof proof;
    proof.relations.emplace_back(subject);
    const std::vector<ProofStatement> statements = proof_statements(subject);
    for (std::size_t i = 0; i < statements.size(); ++i) {
      proof.relations.back().hear(statements[i], answers.at(i));
    }
    return proof;
  }

  /// "rule privileges" of each finding.
  [[nodiscard]] std::vector<std::string> findings() const {
    std::vector<std::string> result;
    for (const Finding& finding : proof_findings("orders", login(), proof())) {
      std::string words = finding.rule;
      for (const Privilege privilege : relation_privileges) {
        words += finding.missing.has(privilege) ? " " + std::string(to_string(privilege)) : "";
      }
      result.push_back(words);
    }
    return result;
  }
};

using Findings = std::vector<std::string>;
const Findings none;

TEST(ProofFindings, AgreementIsNoFinding) {
  const auto all = {allowed(), allowed(), allowed(), allowed()};
  const auto nothing = {denied(), denied(), denied(), denied()};
  EXPECT_EQ((Try{relation("s", "t", reading | writing), all}.findings()), none);
  EXPECT_EQ((Try{relation("s", "t", {Privilege::truncate}), nothing}.findings()), none);
  EXPECT_EQ((Try{blocked(relation("s", "t", reading | writing), schema_usage), nothing}.findings()),
            none);
  EXPECT_EQ((Try{relation("s", "t", {Privilege::insert}), {denied(), allowed(), denied(), denied()}}
                 .findings()),
            none);
}

TEST(ProofFindings, AWrongYesNamesBoth) {
  const Try wrong{relation("s", "t", reading), {denied(), denied(), denied(), denied()}};
  const std::vector<Finding> findings = proof_findings("orders", wrong.login(), wrong.proof());
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].rule, "verdict_differs");
  EXPECT_EQ(findings[0].severity, Severity::critical);
  EXPECT_EQ(findings[0].message,
            "The catalogs allow app SELECT on s.t, and the server denies it: permission denied "
            "(42501)");
  EXPECT_EQ(findings[0].table_name, "t");
}

TEST(ProofFindings, EachStatementOfWritingIsJudgedWhereTheRowTells) {
  EXPECT_EQ((Try{relation("s", "t", reading | writing), {allowed(), allowed(), denied(), allowed()}}
                 .findings()),
            Findings{"verdict_differs UPDATE"});
  EXPECT_EQ((Try{relation("s", "t", {Privilege::insert}), {denied(), denied(), allowed(), denied()}}
                 .findings()),
            (Findings{"verdict_differs INSERT", "verdict_differs UPDATE"}));
}

TEST(ProofFindings, AWrongNo) {
  EXPECT_EQ((Try{relation("s", "t"), {allowed(), denied(), denied(), denied()}}.findings()),
            Findings{"verdict_differs SELECT"});
  RelationPermissions unwritable = relation("s", "t", reading | writing);
  unwritable.can_write = false;
  const auto all = {allowed(), allowed(), allowed(), allowed()};
  EXPECT_EQ((Try{unwritable, all}.findings()), Findings{"verdict_differs INSERT UPDATE DELETE"});
}

TEST(ProofFindings, ColumnPrivilegesCount) {
  RelationPermissions by_column = relation("s", "t", {Privilege::delete_});
  by_column.column_privileges = {{Privilege::insert, {"a", "b"}}, {Privilege::update, {"a"}}};
  EXPECT_EQ((Try{by_column, {denied(), allowed(), denied(), allowed()}}.findings()), none);
  EXPECT_EQ((Try{by_column, {denied(), denied(), allowed(), allowed()}}.findings()),
            (Findings{"verdict_differs INSERT", "verdict_differs UPDATE"}));
}

TEST(ProofFindings, WhatTheRowDoesNotTellIsNotJudged) {
  const auto mixed = {allowed(), denied(), allowed(), denied()};
  RelationPermissions view = relation("s", "t", reading | writing, "view");
  view.can_write = false;
  EXPECT_EQ((Try{view, mixed}.findings()), none);
  RelationPermissions with_rules = relation("s", "t", reading | writing);
  with_rules.can_write = false;
  EXPECT_EQ((Try{with_rules, mixed, true}.findings()), none);
  RelationPermissions unknown = relation("s", "t", reading | writing);
  unknown.can_read = unknown.can_write = std::nullopt;
  EXPECT_EQ((Try{unknown, {denied(), denied(), denied(), denied()}}.findings()), none);
}

TEST(ProofFindings, ARefusalForAnotherReasonIsNeverADenial) {
  const ProofAnswer locked = failed_answer("55P03", "canceling statement due to lock timeout");
  const Try all_locked{relation("s", "t", reading | writing), {locked, locked, locked, locked}};
  EXPECT_EQ(all_locked.findings(),
            Findings{"refused_for_another_reason SELECT INSERT UPDATE DELETE"});
  EXPECT_EQ(proof_findings("orders", all_locked.login(), all_locked.proof())[0].severity,
            Severity::warning);
  const ProofAnswer by_definition = failed_answer("55000", "cannot insert into view");
  const std::vector<ProofAnswer> refused = {allowed(), by_definition, by_definition, by_definition};
  EXPECT_EQ((Try{relation("s", "t", reading | writing), refused}.findings()),
            Findings{"refused_for_another_reason INSERT UPDATE DELETE"});
  RelationPermissions view = blocked(relation("s", "t", writing, "view"), conncheck::not_updatable);
  view.can_read = true;
  EXPECT_EQ((Try{view, refused}.findings()), none);
}

TEST(ProofFindings, AMissingUserMappingIsNotProvable) {
  const auto all = {allowed(), allowed(), allowed(), allowed()};
  EXPECT_EQ((Try{blocked(relation("s", "t", reading | writing, "foreign table"), user_mapping), all}
                 .findings()),
            none);
  const RelationPermissions over =
      blocked(relation("s", "t", reading | writing, "view"), underlying_relation);
  EXPECT_EQ((Try{over, all}.findings()),
            (Findings{"verdict_differs SELECT", "verdict_differs INSERT UPDATE DELETE"}));
  ProofAnswer foreign = allowed();
  foreign.foreign_scan = true;
  EXPECT_EQ((Try{over, {foreign, allowed(), allowed(), allowed()}}.findings()), none);
}

TEST(ProofFindings, WhatRulesMakeNothingOfIsNotJudged) {
  const ProofAnswer nothing{ProofOutcome::not_checked, {}, {}, false};
  EXPECT_EQ((Try{relation("s", "t", reading, "view"), {allowed(), denied(), nothing, denied()}}
                 .findings()),
            none);
}

TEST(ProofFindings, WhatIsCalledWhenARowIsWrittenIsNotProvable) {
  const auto all = {allowed(), allowed(), allowed(), allowed()};
  Try calls{blocked(relation("s", "t", reading | writing), function_execute), all};
  calls.relation.can_read = true;
  EXPECT_EQ(calls.findings(), none);
  EXPECT_NE(proof_notes(calls.login(), calls.proof()).back().find("functions called when a row"),
            std::string::npos);
}

TEST(ProofFindings, ADroppedRelationIsLeftOut) {
  const ProofAnswer gone = failed_answer("42P01", "relation does not exist");
  const Try dropped{relation("s", "t", reading), {denied(), gone, gone, gone}};
  EXPECT_EQ(dropped.findings(), none);
  EXPECT_EQ(proof_notes(dropped.login(), dropped.proof()).back(),
            "Dropped since they were listed, and left out of the proof: 1 relation");
}

TEST(ProofFindings, NothingWasProved) {
  const auto message = [](PowerfulRole role) {
    Proof proof;
    proof.refused_for = std::move(role);
    const std::vector<Finding> findings = proof_findings("orders", {"app", {}, {}}, proof);
    EXPECT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].rule, "not_proved");
    EXPECT_EQ(findings[0].severity, Severity::warning);
    EXPECT_TRUE(proof_notes({"app", {}, {}}, proof).empty());
    return findings[0].message;
  };
  const auto begins = [](const std::string& text, const std::string& words) {
    return text.starts_with("Nothing was proved: " + words + ". ");
  };
  EXPECT_TRUE(begins(message({"app", "app", true}), "app is a superuser"));
  EXPECT_TRUE(begins(message({"app", "root", true}), "app is a member of the superuser root"));
  EXPECT_TRUE(begins(message({"app", "pg_monitor", false}),
                     "app is a member of the predefined role pg_monitor"));
  Proof late;
  late.out_of_time = 3;
  late.unquotable = 1;
  EXPECT_EQ(proof_findings("orders", {"app", {}, {}}, late).size(), 2U);
}

TEST(ProofFindings, NotesCountWhatExplainCannotShow) {
  RelationPermissions filtered = relation("s", "t", {Privilege::truncate}, "partitioned table");
  filtered.row_security = "applies";
  const Try tried{filtered, {denied(), denied(), denied(), denied()}};
  const std::vector<std::string> notes = proof_notes(tried.login(), tried.proof());
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0], "Proof: the server was asked about 4 statements on 1 relation");
  EXPECT_EQ(notes[1],
            "Not provable by EXPLAIN: TRUNCATE (1 relation), the rows that row security lets pass "
            "(1 relation), the partition that a row goes to (1 relation)");
}

}  // namespace
}  // namespace conncheck
