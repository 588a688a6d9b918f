#include "extension/rules/object.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/rules/roles.hpp"

namespace conncheck::rules::tests {
namespace {

using enum Privilege;

Grants grants(Role role, ObjectType type, const std::vector<AclItem>& acl) {
  return object_grants(role, {type, owner}, Acl(acl));
}

Grants grants_by_default(Role role, ObjectType type) {
  return object_grants(role, {type, owner}, std::nullopt);
}

bool has_acl(ObjectType type) {
  return type != ObjectType::role && type != ObjectType::default_privileges;
}

TEST(ObjectTypes, StandInTheOrderOfTheirNames) {
  EXPECT_TRUE(std::is_sorted(all_object_types.begin(), all_object_types.end(),
                             [](auto a, auto b) { return to_string(a) < to_string(b); }));
  for (std::size_t i = 0; i < all_object_types.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(all_object_types[i]), i);
  }
}

TEST(ObjectTypes, AreReadFromTheirNamesAlone) {
  for (const ObjectType type : all_object_types) {
    EXPECT_EQ(object_type_from(to_string(type)), type);
  }
  EXPECT_EQ(object_type_from("Table"), std::nullopt);
  EXPECT_EQ(object_type_from("tables"), std::nullopt);
  EXPECT_EQ(object_type_from(""), std::nullopt);
}

TEST(ObjectTypes, PrivilegesAsGrantTakesThem) {
  EXPECT_EQ(privileges_of(ObjectType::sequence), (PrivilegeSet{select, update, usage}));
  EXPECT_EQ(privileges_of(ObjectType::database), (PrivilegeSet{create, connect, temporary}));
  EXPECT_EQ(privileges_of(ObjectType::parameter), (PrivilegeSet{Privilege::set, alter_system}));
  EXPECT_EQ(privileges_of(ObjectType::table), PrivilegeSet(relation_privileges));
  PrivilegeSet any;
  for (const ObjectType type : all_object_types) {
    any = any | privileges_of(type);
    EXPECT_EQ(privileges_of(type).empty(), !has_acl(type)) << to_string(type);
  }
  EXPECT_EQ(any, PrivilegeSet(all_privileges));
}

TEST(ObjectGrants, NullAclGivesTheOwnerEverything) {
  for (const ObjectType type : all_object_types) {
    if (has_acl(type) && type != ObjectType::column) {
      const Grants held = grants_by_default(role_with(reader, {owner}), type);
      EXPECT_EQ(held.privileges, privileges_of(type)) << to_string(type);
      EXPECT_EQ(held.grantable, privileges_of(type)) << to_string(type);
    }
  }
}

TEST(ObjectGrants, NullAclGivesEveryoneWhatIsBuiltIn) {
  const auto for_others = [](ObjectType type) {
    return grants_by_default(role_with(stranger), type).privileges;
  };
  EXPECT_EQ(for_others(ObjectType::database), (PrivilegeSet{connect, temporary}));
  EXPECT_EQ(for_others(ObjectType::routine), PrivilegeSet{execute});
  EXPECT_EQ(for_others(ObjectType::language), PrivilegeSet{usage});
  EXPECT_EQ(for_others(ObjectType::type), PrivilegeSet{usage});
  for (const ObjectType type :
       {ObjectType::table, ObjectType::sequence, ObjectType::schema, ObjectType::tablespace,
        ObjectType::foreign_server, ObjectType::foreign_data_wrapper, ObjectType::large_object,
        ObjectType::parameter}) {
    EXPECT_TRUE(for_others(type).empty()) << to_string(type);
  }
  EXPECT_EQ(grants_by_default(role_with(public_role), ObjectType::routine).privileges,
            PrivilegeSet{execute});
}

TEST(ObjectGrants, WhatIsBuiltInCannotBeGrantedOn) {
  EXPECT_TRUE(grants_by_default(role_with(stranger), ObjectType::routine).grantable.empty());
}

TEST(ObjectGrants, EmptyAclGivesNobodyAnything) {
  for (const RoleId id : {owner, stranger}) {
    const Grants held = grants(role_with(id), ObjectType::routine, {});
    EXPECT_TRUE(held.privileges.empty());
    EXPECT_TRUE(held.grantable.empty());
  }
}

TEST(ObjectGrants, DirectPublicAndInheritedGrantsAddUp) {
  const std::vector<AclItem> acl = {{public_role, {connect}, {}},
                                    {group, {temporary}, {temporary}},
                                    {stranger, {create}, {create}}};
  const Grants held = grants(role_with(reader, {group}), ObjectType::database, acl);
  EXPECT_EQ(held.privileges, (PrivilegeSet{connect, temporary}));
  EXPECT_EQ(held.grantable, PrivilegeSet{temporary});
  EXPECT_EQ(grants(role_with(reader), ObjectType::database, acl).privileges, PrivilegeSet{connect});
}

TEST(ObjectGrants, OwnerGrantsOnOnlyWhatItHolds) {
  const Grants held = grants(role_with(owner), ObjectType::schema, {{owner, {usage}, {}}});
  EXPECT_EQ(held.privileges, PrivilegeSet{usage});
  EXPECT_EQ(held.grantable, PrivilegeSet{usage});
}

TEST(ObjectGrants, SuperuserHoldsEverything) {
  for (const ObjectType type : all_object_types) {
    const Grants held = grants(role_with(stranger, {}, {.superuser = true}), type, {});
    EXPECT_EQ(held.privileges, privileges_of(type)) << to_string(type);
    EXPECT_EQ(held.grantable, privileges_of(type)) << to_string(type);
  }
}

TEST(ObjectGrants, BitsThatTheTypeCannotHaveAreDropped) {
  const Grants held =
      grants(role_with(reader), ObjectType::sequence, {{reader, {select, insert}, {insert}}});
  EXPECT_EQ(held.privileges, PrivilegeSet{select});
  EXPECT_TRUE(held.grantable.empty());
}

TEST(ObjectGrants, PredefinedRoles) {
  const auto by = [](RoleId held, ObjectType type) {
    return grants(role_with(reader, {held}), type, {}).privileges;
  };
  EXPECT_EQ(by(predefined.read_all_data, ObjectType::sequence), PrivilegeSet{select});
  EXPECT_EQ(by(predefined.write_all_data, ObjectType::sequence), PrivilegeSet{update});
  EXPECT_EQ(by(predefined.read_all_data, ObjectType::schema), PrivilegeSet{usage});
  EXPECT_EQ(by(predefined.write_all_data, ObjectType::schema), PrivilegeSet{usage});
  EXPECT_EQ(by(predefined.read_all_data, ObjectType::table), PrivilegeSet{select});
  for (const ObjectType type : {ObjectType::database, ObjectType::large_object, ObjectType::routine,
                                ObjectType::type, ObjectType::parameter}) {
    EXPECT_TRUE(by(predefined.read_all_data, type).empty()) << to_string(type);
    EXPECT_TRUE(by(predefined.write_all_data, type).empty()) << to_string(type);
  }
  EXPECT_TRUE(by(predefined.maintain, ObjectType::sequence).empty());
}

TEST(ObjectGrants, SystemSequencesAreOnlyRead) {
  const std::vector<AclItem> acl = {{reader, {select, update, usage}, {}}};
  Role role = role_with(reader);
  EXPECT_EQ(object_grants(role, {ObjectType::sequence, owner, true}, Acl(acl)).privileges,
            PrivilegeSet{select});
}

Grants on_column(Role role, const std::vector<AclItem>& relation,
                 const std::vector<AclItem>& column, ObjectType type = ObjectType::table,
                 bool protected_catalog = false) {
  return column_object_grants(role, {type, owner, protected_catalog}, Acl(relation), Acl(column));
}

TEST(ColumnObjectGrants, OwnAndTheRelationsAddUp) {
  const Grants held = on_column(role_with(reader), {{reader, {select, truncate}, {select}}},
                                {{reader, {update}, {}}});
  EXPECT_EQ(held.privileges, (PrivilegeSet{select, update}));
  EXPECT_EQ(held.grantable, PrivilegeSet{select});
}

TEST(ColumnObjectGrants, OwnerGrantsOnWhatTheColumnAloneGives) {
  const Grants held = on_column(role_with(owner), {}, {{owner, {select}, {}}});
  EXPECT_EQ(held.privileges, PrivilegeSet{select});
  EXPECT_EQ(held.grantable, PrivilegeSet{select});
}

TEST(ColumnObjectGrants, WithoutAclTheRelationDecides) {
  Role of_owner = role_with(owner);
  EXPECT_EQ(column_object_grants(of_owner, {ObjectType::table, owner}, std::nullopt, std::nullopt)
                .privileges,
            privileges_of(ObjectType::column));
  Role other = role_with(stranger);
  EXPECT_TRUE(column_object_grants(other, {ObjectType::table, owner}, std::nullopt, std::nullopt)
                  .privileges.empty());
}

TEST(ColumnObjectGrants, OfSequencesSelectAlone) {
  const std::vector<AclItem> acl = {{reader, {select, update, usage}, {}}};
  EXPECT_EQ(on_column(role_with(reader), acl, {}, ObjectType::sequence).privileges,
            PrivilegeSet{select});
  EXPECT_EQ(on_column(role_with(stranger), {}, {{stranger, {select}, {}}}, ObjectType::sequence)
                .privileges,
            PrivilegeSet{select});
}

TEST(ColumnObjectGrants, CatalogsAreWrittenByColumnGrantAlone) {
  const std::vector<AclItem> acl = {{reader, {select, update}, {}}};
  EXPECT_EQ(on_column(role_with(reader), acl, {}, ObjectType::table, true).privileges,
            PrivilegeSet{select});
  EXPECT_EQ(on_column(role_with(reader), {}, {{reader, {update}, {}}}, ObjectType::table, true)
                .privileges,
            PrivilegeSet{update});
}

}  // namespace
}  // namespace conncheck::rules::tests
