#include "agent/core/dated_drift.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/core/relation_samples.hpp"

namespace conncheck {
namespace {

using samples::reading;
using samples::relation;
using samples::writing;

using Facts = std::vector<std::optional<RelationPermissions>>;

std::optional<std::string> fact_of(const std::optional<RelationPermissions>& relation) {
  if (!relation) {
    return std::nullopt;
  }
  CheckReport report;
  report.login.tables = {*relation};
  for (const StateItem& item : items_of(report, report.login)) {
    if (item.kind == ItemKind::relation) {
      return item.fact;
    }
  }
  return std::nullopt;
}

RoleHistory app(std::optional<std::int64_t> appears = std::nullopt) {
  ItemHistory present{ItemKind::attribute, {}, "present", std::nullopt, {}};
  if (appears) {
    present.later[*appears] = "";
  } else {
    present.first = "";
  }
  return {"app", true, {std::move(present)}};
}

/// shop.orders, as it was at first and in the runs 1, 2, …
ItemHistory orders(const Facts& facts) {
  ItemHistory item{ItemKind::relation, "shop", "orders", fact_of(facts.at(0)), {}};
  for (std::size_t run = 1; run < facts.size(); ++run) {
    item.later[static_cast<std::int64_t>(run)] = fact_of(facts[run]);
  }
  return item;
}

std::vector<std::string> told(const std::vector<RoleHistory>& roles) {
  std::vector<std::string> lines;
  for (const ChangeInRun& each : dated_drift(roles)) {
    lines.push_back(std::to_string(each.run) + ": " + each.change.message);
  }
  return lines;
}

std::vector<std::string> told(const Facts& facts) {
  RoleHistory role = app();
  role.items.push_back(orders(facts));
  return told(std::vector{role});
}

using Lines = std::vector<std::string>;

RelationPermissions held(PrivilegeSet privileges) { return relation("shop", "orders", privileges); }

RelationPermissions by_column(std::vector<std::string> columns) {
  RelationPermissions result = held({});
  result.column_privileges[Privilege::select] = std::move(columns);
  return result;
}

TEST(DatedDrift, EachPrivilegeHasItsOwnRun) {
  EXPECT_EQ(told({held(reading), held(reading | PrivilegeSet{Privilege::insert}),
                  held(reading | writing)}),
            (Lines{"1: app gained INSERT on shop.orders",
                   "2: app gained UPDATE, DELETE on shop.orders"}));
}

TEST(DatedDrift, WhatCameAndWentIsNone) {
  EXPECT_EQ(told({held(reading), held(reading | writing), held(reading)}), Lines{});
  EXPECT_EQ(told({std::nullopt, held(reading), std::nullopt}), Lines{});
  EXPECT_EQ(told({held(reading), std::nullopt, held(reading)}), Lines{});
}

TEST(DatedDrift, CountsFromTheLastTimeThatItCameToStay) {
  EXPECT_EQ(told({held(reading), held(reading | writing), held(reading), held(reading | writing)}),
            Lines{"3: app gained INSERT, UPDATE, DELETE on shop.orders"});
}

TEST(DatedDrift, EachColumnHasItsOwnRun) {
  EXPECT_EQ(told({by_column({"id"}), by_column({"id", "a"}), by_column({"b", "a", "id"})}),
            (Lines{"1: app gained SELECT (a) on shop.orders",
                   "2: app gained SELECT (b) on shop.orders"}));
}

TEST(DatedDrift, NoColumnIsLostWhileTheWholeRelationIsHeld) {
  EXPECT_EQ(
      told({by_column({"a"}), held(reading), by_column({"b"})}),
      (Lines{"2: app gained SELECT (b) on shop.orders", "2: app lost SELECT (a) on shop.orders"}));
}

TEST(DatedDrift, FirstAndLastPrivilegeOfARelation) {
  EXPECT_EQ(told({std::nullopt, held(reading), held(reading | writing)}),
            (Lines{"1: app gained SELECT on shop.orders, of which it held nothing before",
                   "2: app gained INSERT, UPDATE, DELETE on shop.orders"}));
  EXPECT_EQ(told({held(reading | writing), held(reading), std::nullopt}),
            (Lines{"2: app lost SELECT on shop.orders, and with it all that it held there",
                   "1: app lost INSERT, UPDATE, DELETE on shop.orders"}));
}

TEST(DatedDrift, AnotherOwnerDatesNoPrivilege) {
  RelationPermissions other = held(reading | writing);
  other.owner = "somebody";
  EXPECT_EQ(told({held(reading), held(reading | writing), other}),
            (Lines{"2: shop.orders belongs to somebody now, it belonged to shop_owner",
                   "1: app gained INSERT, UPDATE, DELETE on shop.orders"}));
}

TEST(DatedDrift, ARoleAppearsWithWhatItHoldsThen) {
  RoleHistory role = app(1);
  role.items.push_back(orders({std::nullopt, held(reading), held(reading | writing)}));
  EXPECT_EQ(told(std::vector{role}),
            (Lines{"1: The connection's role is now app, which sees 1 relation",
                   "2: app gained INSERT, UPDATE, DELETE on shop.orders"}));
}

TEST(DatedDrift, AttributesAndRolesReached) {
  RoleHistory role = app();
  role.items.push_back({ItemKind::attribute, {}, "bypass_rls", std::nullopt, {{3, ""}}});
  role.items.push_back({ItemKind::set_role, {}, "boss", "", {{2, std::nullopt}}});
  EXPECT_EQ(told(std::vector{role}),
            (Lines{"3: app has BYPASSRLS now",
                   "2: app no longer reaches boss by SET ROLE alone: it is no member any more, or "
                   "inherits its privileges now"}));
}

TEST(DatedDrift, WhatCannotBeReadIsNoChange) {
  RoleHistory role = app();
  role.items.push_back(orders({held(reading), held(writing)}));
  role.items.back().later[1] = "of another version";
  EXPECT_EQ(told(std::vector{role}), Lines{});
}

}  // namespace
}  // namespace conncheck
