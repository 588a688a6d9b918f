#include "extension/rules/acl.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/rules/roles.hpp"

namespace conncheck::rules::tests {
namespace {

using enum Privilege;

const PrivilegeSet every = {select,   insert,     update,  delete_,
                            truncate, references, trigger, maintain};
const PrivilegeSet dml = {insert, update, delete_};
const RelationOwnership relation = {owner, false};
const RelationOwnership catalog = {owner, true};

Grants grants(Role role, const std::vector<AclItem>& acl, RelationOwnership of = relation) {
  return relation_grants(role, of, Acl(acl));
}

TEST(RelationGrants, NullAclMeansEverythingForTheOwner) {
  Role role = role_with(owner);
  const Grants held = relation_grants(role, relation, std::nullopt);
  EXPECT_EQ(held.privileges, every);
  EXPECT_EQ(held.grantable, every);
}

TEST(RelationGrants, NullAclMeansNothingForOthers) {
  Role role = role_with(stranger);
  EXPECT_TRUE(relation_grants(role, relation, std::nullopt).privileges.empty());
}

TEST(RelationGrants, MembersOfTheOwnerAreOwners) {
  Role role = role_with(reader, {owner});
  EXPECT_EQ(relation_grants(role, relation, std::nullopt).privileges, every);
}

TEST(RelationGrants, EmptyAclMeansNothingForTheOwnerEither) {
  const Grants held = grants(role_with(owner), {});
  EXPECT_TRUE(held.privileges.empty());
  EXPECT_TRUE(held.grantable.empty());
}

TEST(RelationGrants, DirectGrant) {
  EXPECT_EQ(grants(role_with(reader), {{reader, {select}, {}}}).privileges, PrivilegeSet{select});
  EXPECT_TRUE(grants(role_with(stranger), {{reader, {select}, {}}}).privileges.empty());
}

TEST(RelationGrants, PublicGrantReachesEveryone) {
  const std::vector<AclItem> acl = {{public_role, {select}, {}}};
  EXPECT_EQ(grants(role_with(stranger), acl).privileges, PrivilegeSet{select});
  EXPECT_EQ(grants(role_with(public_role), acl).privileges, PrivilegeSet{select});
}

TEST(RelationGrants, GroupsGrantsAreInherited) {
  const std::vector<AclItem> acl = {{group, {insert}, {}}, {reader, {select}, {}}};
  EXPECT_EQ(grants(role_with(reader, {group}), acl).privileges, (PrivilegeSet{select, insert}));
}

TEST(RelationGrants, NoinheritMembershipGivesNothing) {
  // The server answers "no" for a role that could only be reached by SET ROLE.
  EXPECT_TRUE(grants(role_with(reader, {}), {{group, {select}, {}}}).privileges.empty());
}

TEST(RelationGrants, TruncateAndDeleteAreTwoPrivileges) {
  EXPECT_FALSE(grants(role_with(reader), {{reader, {delete_}, {}}}).privileges.has(truncate));
  EXPECT_FALSE(grants(role_with(reader), {{reader, {truncate}, {}}}).privileges.has(delete_));
}

TEST(RelationGrants, GrantOptions) {
  const Grants held = grants(role_with(reader), {{reader, {select, insert}, {insert}}});
  EXPECT_EQ(held.grantable, PrivilegeSet{insert});
}

TEST(RelationGrants, OwnerMayGrantWhatItHolds) {
  const Grants held = grants(role_with(owner), {{owner, {insert}, {}}});
  EXPECT_EQ(held.privileges, PrivilegeSet{insert});
  EXPECT_EQ(held.grantable, PrivilegeSet{insert});
}

TEST(RelationGrants, SuperuserHoldsEverything) {
  const Grants held = grants(role_with(stranger, {}, {.superuser = true}), {}, catalog);
  EXPECT_EQ(held.privileges, every);
  EXPECT_EQ(held.grantable, every);
}

TEST(RelationGrants, PredefinedRolesOneByOne) {
  EXPECT_EQ(grants(role_with(reader, {predefined.read_all_data}), {}).privileges,
            PrivilegeSet{select});
  EXPECT_EQ(grants(role_with(reader, {predefined.write_all_data}), {}).privileges, dml);
  EXPECT_EQ(grants(role_with(reader, {predefined.maintain}), {}).privileges,
            PrivilegeSet{maintain});
}

TEST(RelationGrants, WriteAllDataAddsToAGrant) {
  // One masked check of the server would skip the role, as INSERT is granted already.
  const Grants held =
      grants(role_with(reader, {predefined.write_all_data}), {{reader, {insert}, {insert}}});
  EXPECT_EQ(held.privileges, dml);
  EXPECT_EQ(held.grantable, PrivilegeSet{insert});
}

TEST(RelationGrants, OnlySuperusersWriteToCatalogs) {
  const Grants held =
      grants(role_with(reader, {predefined.write_all_data}), {{reader, every, every}}, catalog);
  EXPECT_EQ(held.privileges, (PrivilegeSet{select, references, trigger, maintain}));
  EXPECT_EQ(held.grantable, held.privileges);
  Role of_owner = role_with(owner);
  EXPECT_FALSE(relation_grants(of_owner, catalog, std::nullopt).privileges.has_any(dml));
}

TEST(ColumnGrants, OnlyWhatColumnsCanHave) {
  Role role = role_with(reader, {group});
  const std::vector<AclItem> acl = {
      {group, {select}, {}}, {public_role, {references}, {}}, {stranger, {update}, {}}};
  EXPECT_EQ(column_grants(role, acl), (PrivilegeSet{select, references}));
}

TEST(SchemaGrants, DefaultIsTheOwners) {
  Role of_owner = role_with(owner);
  EXPECT_TRUE(schema_grants(of_owner, owner, std::nullopt).can_use);
  EXPECT_TRUE(schema_grants(of_owner, owner, std::nullopt).can_create);
  Role other = role_with(stranger);
  EXPECT_FALSE(schema_grants(other, owner, std::nullopt).can_use);
}

TEST(SchemaGrants, UsageAndCreateAreTwoPrivileges) {
  Role role = role_with(reader, {group});
  const std::vector<AclItem> usage = {{public_role, {Privilege::usage}, {}}};
  EXPECT_TRUE(schema_grants(role, owner, usage).can_use);
  EXPECT_FALSE(schema_grants(role, owner, usage).can_create);
  const std::vector<AclItem> create = {{group, {Privilege::create}, {}}};
  EXPECT_FALSE(schema_grants(role, owner, create).can_use);
  EXPECT_TRUE(schema_grants(role, owner, create).can_create);
}

TEST(SchemaGrants, PredefinedRolesHaveUsage) {
  const std::vector<AclItem> nothing;
  for (const RoleId held : {predefined.read_all_data, predefined.write_all_data}) {
    Role role = role_with(reader, {held});
    EXPECT_TRUE(schema_grants(role, owner, nothing).can_use);
    EXPECT_FALSE(schema_grants(role, owner, nothing).can_create);
  }
  Role maintains = role_with(reader, {predefined.maintain});
  EXPECT_FALSE(schema_grants(maintains, owner, nothing).can_use);
}

TEST(SchemaGrants, SuperuserHoldsBoth) {
  Role role = role_with(stranger, {}, {.superuser = true});
  EXPECT_TRUE(schema_grants(role, owner, std::vector<AclItem>{}).can_create);
}

}  // namespace
}  // namespace conncheck::rules::tests
