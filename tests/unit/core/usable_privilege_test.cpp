#include "agent/core/usable_privilege.hpp"

#include <gtest/gtest.h>

#include "tests/unit/core/relation_samples.hpp"

namespace conncheck {
namespace {

using namespace samples;

TEST(SystemSchema, ByWholeNameOrPrefixWithUnderscore) {
  for (const char* name : {"pg_catalog", "information_schema", "pg_toast", "pg_temp_3"}) {
    EXPECT_TRUE(is_system_schema(name)) << name;
  }
  for (const char* name : {"public", "pgabc", "information_schema2", "PG_catalog", ""}) {
    EXPECT_FALSE(is_system_schema(name)) << name;
  }
}

TEST(HeldPrivileges, IncludeColumns) {
  RelationPermissions by_column = relation("s", "t", {Privilege::delete_});
  by_column.column_privileges = {{Privilege::select, {"a"}}, {Privilege::update, {}}};
  EXPECT_EQ(held_privileges(by_column), (PrivilegeSet{Privilege::select, Privilege::delete_}));
}

TEST(IsUsable, SuperusersTruncateOfASystemCatalogIsRefused) {
  RelationPermissions catalog = relation("pg_catalog", "pg_class", {Privilege::truncate});
  EXPECT_EQ(is_usable(catalog, Privilege::truncate), false);
}

TEST(IsUsable, NothingThatCallsAFunctionThatMayNotBeExecuted) {
  const RelationPermissions view =
      blocked(relation("s", "v", {Privilege::select, Privilege::insert}, "view"), function_execute);
  EXPECT_EQ(is_usable(view, Privilege::select), false);
  EXPECT_EQ(is_usable(view, Privilege::insert), false);
}

TEST(CertainlyBlocked, ReadingWhatCallsAFunctionThatMayNotBeExecuted) {
  RelationPermissions view =
      blocked(relation("s", "v", {Privilege::select, Privilege::insert}, "view"), function_execute);
  EXPECT_EQ(certainly_blocked(view), reading);
  view.can_read = true;  // it is only writing that calls it
  EXPECT_EQ(certainly_blocked(view), PrivilegeSet{});
}

}  // namespace
}  // namespace conncheck
