#include "agent/core/drift.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/unit/core/relation_samples.hpp"

namespace conncheck {
namespace {

using samples::blocked;
using samples::reading;
using samples::relation;
using samples::writing;

SchemaPermissions schema(std::string name, bool can_use, bool can_create = false) {
  SchemaPermissions result = samples::usable_schema(std::move(name));
  result.owner = "shop_owner";
  result.can_use = can_use;
  result.can_create = can_create;
  return result;
}

RoleState app(std::vector<RelationPermissions> relations,
              std::vector<SchemaPermissions> schemas = {schema("shop", true)}) {
  RoleState state;
  state.role_name = "app";
  state.is_login = true;
  state.relations = std::move(relations);
  state.schemas = std::move(schemas);
  return state;
}

std::vector<Change> changes(const RoleState& before, const RoleState& after) {
  return drift(std::vector{before}, std::vector{after});
}

/// The only change; one without a kind to speak of where there is another number of them.
Change only_change(const RoleState& before, const RoleState& after) {
  const std::vector<Change> all = changes(before, after);
  EXPECT_EQ(all.size(), 1U);
  return all.empty() ? Change{} : all.front();
}

using Statements = std::vector<std::string>;

TEST(Drift, GainedPrivilegeIsRevoked) {
  const Change change = only_change(app({relation("shop", "orders", reading)}),
                                    app({relation("shop", "orders", reading | writing)}));
  EXPECT_EQ(change.kind, ChangeKind::privileges_gained);
  EXPECT_EQ(change.before, "SELECT");
  EXPECT_EQ(change.after, "SELECT, INSERT, UPDATE, DELETE");
  EXPECT_EQ(change.message, "app gained INSERT, UPDATE, DELETE on shop.orders");
  EXPECT_EQ(change.undo,
            Statements{"REVOKE INSERT, UPDATE, DELETE ON TABLE shop.orders FROM app;"});
  EXPECT_NE(change.caveat, "");
}

TEST(Drift, LostPrivilegeIsGrantedWithItsOption) {
  RelationPermissions before = relation("shop", "order items", reading | writing);
  before.grantable = {Privilege::insert};
  RelationPermissions after = relation("shop", "order items", reading);
  const Change change = only_change(app({before}), app({after}));
  EXPECT_EQ(change.kind, ChangeKind::privileges_lost);
  EXPECT_EQ(change.undo,
            (Statements{"GRANT INSERT ON TABLE shop.\"order items\" TO app WITH GRANT OPTION;",
                        "GRANT UPDATE, DELETE ON TABLE shop.\"order items\" TO app;"}));
}

TEST(Drift, RevokeOfTheWholeGivesTheColumnsBack) {
  RelationPermissions before = relation("shop", "orders");
  before.column_privileges[Privilege::select] = {"id", "Note"};
  const Change change = only_change(app({before}), app({relation("shop", "orders", reading)}));
  EXPECT_EQ(change.kind, ChangeKind::privileges_gained);
  EXPECT_EQ(change.undo, (Statements{"REVOKE SELECT ON TABLE shop.orders FROM app;",
                                     "GRANT SELECT (\"Note\", id) ON TABLE shop.orders TO app;"}));
}

TEST(Drift, LossOfTheWholeTellsTheColumnsThatAreLeft) {
  RelationPermissions after = relation("shop", "orders");
  after.column_privileges[Privilege::select] = {"id"};
  const Change change = only_change(app({relation("shop", "orders", reading)}), app({after}));
  EXPECT_EQ(change.message, "app lost SELECT on shop.orders, but for SELECT (id)");
  EXPECT_EQ(change.undo, Statements{"GRANT SELECT ON TABLE shop.orders TO app;"});
}

TEST(Drift, ColumnsGainedAndLost) {
  RelationPermissions before = relation("shop", "orders");
  before.column_privileges[Privilege::update] = {"a", "b"};
  RelationPermissions after = relation("shop", "orders");
  after.column_privileges[Privilege::update] = {"b", "c"};
  const std::vector<Change> all = changes(app({before}), app({after}));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].kind, ChangeKind::columns_gained);
  EXPECT_EQ(all[0].undo, Statements{"REVOKE UPDATE (c) ON TABLE shop.orders FROM app;"});
  EXPECT_EQ(all[1].kind, ChangeKind::columns_lost);
  EXPECT_EQ(all[1].undo, Statements{"GRANT UPDATE (a) ON TABLE shop.orders TO app;"});
}

TEST(Drift, GrantOptionOfWhatIsHeldAnyway) {
  RelationPermissions with = relation("shop", "orders", reading);
  with.grantable = reading;
  const RelationPermissions without = relation("shop", "orders", reading);
  const Change gained = only_change(app({without}), app({with}));
  EXPECT_EQ(gained.kind, ChangeKind::grant_option_gained);
  EXPECT_EQ(gained.undo,
            Statements{"REVOKE GRANT OPTION FOR SELECT ON TABLE shop.orders FROM app;"});
  const Change lost = only_change(app({with}), app({without}));
  EXPECT_EQ(lost.kind, ChangeKind::grant_option_lost);
  EXPECT_EQ(lost.undo, Statements{"GRANT SELECT ON TABLE shop.orders TO app WITH GRANT OPTION;"});
}

TEST(Drift, RelationsThatAppearAndDisappear) {
  RelationPermissions items = relation("shop", "items", reading | writing);
  items.grantable = reading;
  const std::vector<Change> all = changes(app({items}), app({relation("shop", "orders", reading)}));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].kind, ChangeKind::relation_disappeared);
  EXPECT_EQ(all[0].undo, (Statements{"GRANT SELECT ON TABLE shop.items TO app WITH GRANT OPTION;",
                                     "GRANT INSERT, UPDATE, DELETE ON TABLE shop.items TO app;"}));
  EXPECT_EQ(all[1].kind, ChangeKind::relation_appeared);
  EXPECT_EQ(all[1].undo, Statements{"REVOKE SELECT ON TABLE shop.orders FROM app;"});
}

TEST(Drift, AccessThatNoPrivilegeExplains) {
  const RelationPermissions view = relation("shop", "totals", reading, "view");
  const Change lost = only_change(app({view}), app({blocked(view, "underlying relation")}));
  EXPECT_EQ(lost.kind, ChangeKind::access);
  EXPECT_EQ(lost.before, "read");
  EXPECT_EQ(lost.after, "");
  EXPECT_EQ(lost.message, "shop.totals by app can no longer be read: underlying relation");
  EXPECT_TRUE(lost.undo.empty());
  const Change back = only_change(app({blocked(view, "underlying relation")}), app({view}));
  EXPECT_EQ(back.message,
            "shop.totals by app can be read now; it was blocked: underlying relation");
}

TEST(Drift, UsageOnTheSchemaExplainsItsRelations) {
  const RelationPermissions orders = relation("shop", "orders", reading);
  const RelationPermissions other = relation("shop_2", "orders", reading);
  const Change change =
      only_change(app({orders, other}, {schema("shop", true), schema("shop_2", true)}),
                  app({blocked(orders, "schema usage"), other},
                      {schema("shop", false), schema("shop_2", true)}));
  EXPECT_EQ(change.kind, ChangeKind::schema_lost);
  EXPECT_EQ(change.message, "app lost USAGE on schema shop, which decides about 1 relation there");
  EXPECT_EQ(change.undo, Statements{"GRANT USAGE ON SCHEMA shop TO app;"});
}

TEST(Drift, CreateOnASchemaThatAppears) {
  const Change change = only_change(app({}, {}), app({}, {schema("New", true, true)}));
  EXPECT_EQ(change.kind, ChangeKind::schema_gained);
  EXPECT_EQ(change.undo, Statements{"REVOKE USAGE, CREATE ON SCHEMA \"New\" FROM app;"});
}

TEST(Drift, OwnersKindAndRowSecurity) {
  const RelationPermissions before = relation("shop", "orders", reading);
  RelationPermissions after = relation("shop", "orders", reading, "view");
  after.owner = "intern";
  after.row_security = "applies";
  const std::vector<Change> all = changes(app({before}), app({after}));
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].kind, ChangeKind::relation_kind);
  EXPECT_EQ(all[1].message, "shop.orders belongs to intern now, it belonged to shop_owner");
  EXPECT_EQ(all[2].message,
            "Row security of shop.orders filters the rows that it gives to app now");
}

TEST(Drift, WhatFollowsFromSuperuserIsToldOnce) {
  RoleState after =
      app({relation("shop", "orders", reading | writing), relation("shop", "items", reading)});
  after.is_superuser = true;
  const Change change = only_change(app({relation("shop", "orders", reading)}), after);
  EXPECT_EQ(change.kind, ChangeKind::superuser);
  EXPECT_EQ(change.message, "app is a superuser now; what it holds differs on 2 relations");
}

TEST(Drift, WhatFollowsFromBypassRlsIsToldOnce) {
  RelationPermissions orders = relation("shop", "orders", reading);
  orders.row_security = "applies";
  const RoleState before = app({orders});
  orders.row_security = "bypassed";
  RoleState after = app({orders});
  after.bypass_rls = true;
  EXPECT_EQ(only_change(before, after).kind, ChangeKind::bypass_rls);
}

TEST(Drift, RolesReachedBySetRole) {
  RoleState before = app({});
  before.can_set_role = {"b", "a"};
  RoleState after = app({});
  after.can_set_role = {"c d", "a"};
  const std::vector<Change> all = changes(before, after);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].kind, ChangeKind::set_role_lost);
  EXPECT_TRUE(all[0].undo.empty());  // a GRANT could give more than was there
  EXPECT_EQ(all[1].undo, Statements{"REVOKE \"c d\" FROM app;"});
}

TEST(Drift, AuditedRolesAppearAndDisappear) {
  const RoleState login = app({});
  RoleState etl = app({relation("shop", "orders", reading)});
  etl.is_login = false;
  etl.role_name = "etl";
  const std::vector<Change> appeared = drift(std::vector{login}, std::vector{etl, login});
  ASSERT_EQ(appeared.size(), 1U);
  EXPECT_EQ(appeared[0].message, "etl is audited now; it sees 1 relation");
  const std::vector<Change> gone = drift(std::vector{login, etl}, std::vector{login});
  ASSERT_EQ(gone.size(), 1U);
  EXPECT_EQ(gone[0].kind, ChangeKind::role_disappeared);
}

TEST(Drift, PublicIsPublicInStatements) {
  RoleState before = app({});
  before.is_login = false;
  before.role_name = "public";
  RoleState after = before;
  after.relations = {relation("shop", "orders", reading)};
  EXPECT_EQ(only_change(before, after).undo,
            Statements{"REVOKE SELECT ON TABLE shop.orders FROM PUBLIC;"});
}

TEST(Drift, NothingOfWhatAPartialAnswerCannotKnow) {
  const RoleState whole =
      app({relation("shop", "orders", reading | writing), relation("shop", "items", reading)});
  RelationPermissions orders;
  orders.schema_name = "shop";
  orders.table_name = "orders";
  orders.kind = "table";
  orders.privileges = reading;
  RoleState partial = app({orders}, {});
  partial.is_partial = true;
  EXPECT_TRUE(changes(whole, partial).empty());
  EXPECT_TRUE(changes(partial, whole).empty());
}

TEST(Drift, WhatAPartialAnswerDoesKnow) {
  RoleState partial = app({relation("shop", "orders", reading | writing)}, {});
  partial.is_partial = true;
  const RoleState whole = app({relation("shop", "orders", reading)});
  EXPECT_EQ(only_change(partial, whole).kind, ChangeKind::privileges_lost);
  EXPECT_EQ(only_change(whole, partial).kind, ChangeKind::privileges_gained);
}

TEST(Drift, UnknownAccessIsNoChange) {
  RelationPermissions locked = relation("shop", "orders", reading);
  locked.can_read = locked.can_write = locked.can_truncate = std::nullopt;
  locked.blocked_by = {"locked"};
  const RoleState before = app({relation("shop", "orders", reading)});
  EXPECT_TRUE(changes(before, app({locked})).empty());
  EXPECT_TRUE(changes(app({locked}), before).empty());
}

// --- properties over random states --------------------------------------------------------------

class Chance {
 public:
  explicit Chance(unsigned seed) : generator_(seed) {}
  bool once_in(unsigned n) { return generator_() % n == 0; }
  PrivilegeSet privileges() {
    return PrivilegeSet::from_bits(generator_()) & PrivilegeSet(relation_privileges);
  }
  template <class T>
  void shuffle(std::vector<T>& items) {
    std::shuffle(items.begin(), items.end(), generator_);
  }

 private:
  std::mt19937 generator_;
};

RoleState random_state(Chance& chance) {
  RoleState state = app({}, {});
  state.is_superuser = chance.once_in(10);
  state.bypass_rls = chance.once_in(10);
  for (const char* name : {"a", "b", "c"}) {
    if (chance.once_in(2)) {
      state.can_set_role.emplace_back(name);
      state.schemas.push_back(schema(name, chance.once_in(2), chance.once_in(2)));
    }
    for (const char* table : {"t", "u", "v"}) {
      RelationPermissions row = relation(name, table, chance.privileges());
      row.grantable = row.privileges & chance.privileges();
      if (chance.once_in(2)) {
        row.privileges = row.privileges - reading;
        row.grantable = row.grantable - reading;
        row.column_privileges[Privilege::select] = {"x", "y", "z"};
      }
      if (chance.once_in(4)) {
        row = blocked(row, "underlying relation");
        row.blocked_by.emplace_back("function execute");
      }
      if (!chance.once_in(4)) {
        state.relations.push_back(row);
      }
    }
  }
  return state;
}

RoleState shuffled(RoleState state, Chance& chance) {
  chance.shuffle(state.can_set_role);
  chance.shuffle(state.schemas);
  chance.shuffle(state.relations);
  for (RelationPermissions& row : state.relations) {
    chance.shuffle(row.blocked_by);
    for (auto& [privilege, columns] : row.column_privileges) {
      chance.shuffle(columns);
    }
  }
  return state;
}

std::string told(const std::vector<Change>& changes) {
  std::string text;
  for (const Change& change : changes) {
    text += std::string(to_string(change.kind)) + ": " + change.message + "\n";
    for (const std::string& statement : change.undo) {
      text += "  " + statement + "\n";
    }
  }
  return text;
}

TEST(DriftProperty, OrderIsNoChangeAndChangesNoAnswer) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    Chance chance(seed);
    const RoleState before = random_state(chance);
    const RoleState after = random_state(chance);
    EXPECT_EQ(told(changes(before, shuffled(before, chance))), "") << "seed " << seed;
    const std::string changed = told(changes(before, after));
    EXPECT_EQ(changed, told(changes(shuffled(before, chance), shuffled(after, chance))))
        << "seed " << seed;
  }
}

}  // namespace
}  // namespace conncheck
