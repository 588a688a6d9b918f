#include "agent/core/role_state.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "agent/core/fact_text.hpp"
#include "tests/unit/core/relation_samples.hpp"

namespace conncheck {
namespace {

using samples::reading;
using samples::relation;
using samples::writing;

CheckReport report() {
  CheckReport result;
  result.connection = "orders";
  result.source = Source::extension;
  result.session.emplace();
  result.session->can_set_role = {"etl", "admin"};
  result.session->bypass_rls = true;
  result.login.role_name = "app";
  result.login.schemas = {samples::usable_schema("shop"), samples::usable_schema("public")};
  RelationPermissions orders = relation("shop", "orders", writing);
  orders.grantable = {Privilege::insert};
  orders.column_privileges[Privilege::select] = {"note", "id"};
  orders.blocked_by = {"underlying relation", "function execute"};
  result.login.tables = {orders, relation("public", "a.b,3:c", reading, "view")};
  Finding finding;
  finding.id = "0123456789abcdef";
  finding.rule = "forbid";
  finding.severity = Severity::critical;
  finding.schema_name = "shop";
  finding.table_name = "orders";
  finding.missing = {Privilege::delete_};
  finding.message = "app holds DELETE on shop.orders";
  result.login.findings = {finding};
  return result;
}

std::vector<StateItem> items(const CheckReport& report) { return items_of(report, report.login); }

StateItem* find(std::vector<StateItem>& items, std::string_view object) {
  const auto found = std::find_if(items.begin(), items.end(), [&](const StateItem& item) {
    return item.object_name == object;
  });
  return found == items.end() ? nullptr : &*found;
}

TEST(RoleState, ComesBackFromItsItems) {
  const std::vector<StateItem> all = items(report());
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  const std::optional<RoleState> state = state_of("app", true, all);
  ASSERT_TRUE(state);
  EXPECT_TRUE(state->bypass_rls);
  EXPECT_FALSE(state->is_superuser);
  EXPECT_FALSE(state->is_partial);
  EXPECT_EQ(state->can_set_role, (std::vector<std::string>{"admin", "etl"}));
  ASSERT_EQ(state->schemas.size(), 2U);
  EXPECT_TRUE(state->schemas[1].can_use);
  ASSERT_EQ(state->relations.size(), 2U);
  EXPECT_EQ(state->relations[0].table_name, "a.b,3:c");
  const RelationPermissions& orders = state->relations[1];
  EXPECT_EQ(orders.privileges, writing);
  EXPECT_EQ(orders.grantable, PrivilegeSet{Privilege::insert});
  EXPECT_EQ(orders.can_read, false);
  EXPECT_EQ(orders.owner, "shop_owner");
  EXPECT_EQ(orders.column_privileges.at(Privilege::select),
            (std::vector<std::string>{"id", "note"}));
  const std::vector<Finding> findings = findings_of(all);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].id, "0123456789abcdef");
  EXPECT_EQ(findings[0].severity, Severity::critical);
  EXPECT_EQ(findings[0].missing, PrivilegeSet{Privilege::delete_});
  EXPECT_EQ(findings[0].message, "app holds DELETE on shop.orders");
  EXPECT_FALSE(findings[0].fix);
}

TEST(RoleState, DigestIsTheSameInAnyOrder) {
  const CheckReport one = report();
  CheckReport other = report();
  std::reverse(other.login.tables.begin(), other.login.tables.end());
  std::reverse(other.login.schemas.begin(), other.login.schemas.end());
  std::reverse(other.session->can_set_role.begin(), other.session->can_set_role.end());
  std::reverse(other.login.tables[1].blocked_by.begin(), other.login.tables[1].blocked_by.end());
  std::vector<std::string>& columns = other.login.tables[1].column_privileges[Privilege::select];
  std::reverse(columns.begin(), columns.end());
  other.duration.total = std::chrono::milliseconds(7);
  other.login.schemas[0].tables = 3;  // a count that follows from the relations
  EXPECT_EQ(digest_of(one), digest_of(other));
  EXPECT_EQ(digest_of(one).size(), 32U);
}

TEST(RoleState, DigestDiffersWithEachFact) {
  std::vector<CheckReport> reports(10, report());
  reports[1].session->is_superuser = true;
  reports[2].login.tables[0].privileges = reading;
  reports[3].login.tables[0].can_read = std::nullopt;
  reports[4].login.schemas[0].can_create = true;
  reports[5].login.tables[0].column_privileges[Privilege::select].emplace_back("x");
  reports[6].login.findings.clear();
  reports[7].login.role_name = "bob";
  reports[8].roles.push_back(reports[8].login);
  reports[9].source = Source::information_schema;
  std::vector<std::string> digests;
  for (const CheckReport& each : reports) {
    digests.push_back(digest_of(each));
  }
  std::sort(digests.begin(), digests.end());
  EXPECT_EQ(std::unique(digests.begin(), digests.end()), digests.end());
}

TEST(RoleState, SystemSchemasDoNotCount) {
  CheckReport with = report();
  with.login.tables.push_back(relation("pg_catalog", "pg_class", reading));
  with.login.schemas.push_back(samples::usable_schema("information_schema"));
  EXPECT_EQ(items(with), items(report()));
}

TEST(RoleState, FailedCheckHasNoDigest) {
  CheckReport failed = report();
  failed.error.emplace();
  EXPECT_EQ(digest_of(failed), "");
}

TEST(RoleState, DamagedItemsAreNoState) {
  const std::vector<StateItem> whole = items(report());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (whole[i].kind != ItemKind::relation && whole[i].kind != ItemKind::schema) {
      continue;
    }
    for (std::size_t length = 0; length < whole[i].fact.size(); ++length) {
      std::vector<StateItem> damaged = whole;
      damaged[i].fact.resize(length);
      EXPECT_FALSE(state_of("app", true, damaged)) << damaged[i].fact;
    }
  }
}

TEST(Settled, LockedRelationKeepsWhatWasKnown) {
  const std::vector<StateItem> before = items(report());
  CheckReport locked = report();
  locked.login.tables[1].can_read = locked.login.tables[1].can_write = std::nullopt;
  locked.login.tables[1].can_truncate = std::nullopt;
  locked.login.tables[1].blocked_by = {"locked"};
  EXPECT_NE(items(locked), before);
  EXPECT_EQ(settled(before, items(locked)), before);
}

TEST(Settled, LockedRelationWithOtherPrivilegesIsAsItIsNow) {
  CheckReport locked = report();
  locked.login.tables[1].can_read = std::nullopt;
  locked.login.tables[1].blocked_by = {"locked"};
  locked.login.tables[1].privileges = {};
  const std::vector<StateItem> now = items(locked);
  EXPECT_EQ(settled(items(report()), now), now);
}

TEST(Settled, PartialAnswerReplacesPartialOnesOnly) {
  CheckReport partial = report();
  partial.source = Source::information_schema;
  partial.login.tables.pop_back();
  const std::vector<StateItem> whole = items(report());
  EXPECT_EQ(settled(whole, items(partial)), whole);
  EXPECT_EQ(settled({}, items(partial)), items(partial));
  EXPECT_EQ(settled(items(partial), whole), whole);
  CheckReport other = partial;
  other.login.tables[0].privileges = reading;
  EXPECT_EQ(settled(items(partial), items(other)), items(other));
}

TEST(Settled, EverythingElseIsAsItIsNow) {
  CheckReport other = report();
  other.login.tables[1].privileges = {};
  other.login.schemas.pop_back();
  std::vector<StateItem> now = items(other);
  EXPECT_EQ(settled(items(report()), now), now);
  ASSERT_NE(find(now, "a.b,3:c"), nullptr);
}

TEST(FactText, ReadsOnlyWhatWasWritten) {
  FactWriter writer;
  writer.add("a,b:3").add("").add_number(7).add_sorted({"y", "x"});
  const std::string text = writer.take();
  FactReader reader(text);
  EXPECT_EQ(reader.next(), "a,b:3");
  EXPECT_EQ(reader.next(), "");
  EXPECT_EQ(reader.next_number(), 7U);
  EXPECT_EQ(reader.next_list(), (std::vector<std::string>{"x", "y"}));
  EXPECT_TRUE(reader.is_whole());
  EXPECT_EQ(reader.next(), "");
  EXPECT_FALSE(reader.is_whole());
  for (const char* wrong : {"x", "5:abc,", "18446744073709551615:a,", "1:a", ":,", "-1:,"}) {
    FactReader damaged(wrong);
    EXPECT_EQ(damaged.next(), "");
    EXPECT_FALSE(damaged.is_whole()) << wrong;
  }
  FactReader many("9:999999999,1:x,");
  EXPECT_TRUE(many.next_list().empty());
  EXPECT_FALSE(many.is_whole());
}

}  // namespace
}  // namespace conncheck
