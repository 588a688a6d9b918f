#include "agent/core/finding_group.hpp"

#include <gtest/gtest.h>

#include "agent/core/usable_privilege.hpp"
#include "tests/unit/core/relation_samples.hpp"

namespace conncheck {
namespace {

using namespace samples;

TEST(FindingGroup, AlikeAreOneWithOneGrant) {
  const Role role{.relations = {relation("secret", "a"), relation("secret", "B")}};
  const auto groups = group_findings(role.require({rule({"*.*"}, reading)}), "app");
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].count, 2U);
  EXPECT_EQ(groups[0].fix,
            "GRANT USAGE ON SCHEMA secret TO app;\n"
            "GRANT SELECT ON TABLE secret.\"B\", secret.a TO app;");
  EXPECT_EQ(groups[0].message,
            "app lacks SELECT on 2 relations of schema secret (\"B\", a): no USAGE on schema "
            "secret; not granted.");
}

TEST(FindingGroup, DifferentSchemaPrivilegeOrCauseStayApart) {
  const Role role{.relations = {relation("public", "a"), relation("shop", "a"),
                                relation("public", "b", reading),
                                blocked(relation("public", "c", reading | writing), user_mapping)}};
  EXPECT_EQ(group_findings(role.require({rule({"*.*"}, reading | writing)}), "app").size(), 4U);
}

TEST(FindingGroup, OneAloneIsToldAsItIs) {
  const Role role{.relations = {relation("public", "a")}};
  const std::vector<Finding> findings = role.require({rule({"*.*", "x.y"}, reading)});
  const auto groups = group_findings(findings, "app");
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups[0].message, findings[0].message);
  EXPECT_EQ(groups[1].fix, findings[1].fix);
}

TEST(FindingGroup, EveryRelationIsNamedSomewhere) {
  Role role;
  for (int i = 0; i < 150; ++i) {
    role.relations.push_back(relation("public", "t" + std::to_string(i)));
  }
  const auto lacking = group_findings(role.require({rule({"*.*"}, reading)}), "app");
  ASSERT_EQ(lacking.size(), 1U);
  EXPECT_LT(lacking[0].message.size(), 200U);
  for (RelationPermissions& each : role.relations) {
    each = relation("public", each.table_name, reading);
  }
  const auto held = group_findings(role.forbid({rule({"*.*"}, reading)}), "app");
  ASSERT_EQ(held.size(), 1U);
  for (int i = 0; i < 150; ++i) {
    EXPECT_NE(lacking[0].fix->find("public.t" + std::to_string(i)), std::string::npos);
    EXPECT_NE(held[0].message.find("t" + std::to_string(i)), std::string::npos);
  }
}

}  // namespace
}  // namespace conncheck
