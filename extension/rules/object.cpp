#include "extension/rules/object.hpp"

namespace conncheck::rules {
namespace {

/// What members of predefined roles have on every object of a type, its ACL notwithstanding.
PrivilegeSet of_predefined_roles(Role& role, ObjectType type) {
  PrivilegeSet held;
  if (type == ObjectType::sequence) {
    if (role.reads_all_data()) {
      held.add(Privilege::select);
    }
    if (role.writes_all_data()) {
      held.add(Privilege::update);
    }
  } else if (type == ObjectType::schema) {
    if (role.reads_all_data() || role.writes_all_data()) {
      held.add(Privilege::usage);
    }
  }
  return held;
}

/// What an ACL gives, and to an owner the right to grant it on; nothing of predefined roles.
Grants by_acl(Role& role, const ObjectOwnership& object, const Acl& acl) {
  const bool owns = role.has_privileges_of(object.owner);
  Grants held;
  if (acl) {
    for (const AclItem& item : *acl) {
      if (role.receives_grants_to(item.grantee)) {
        held.privileges = held.privileges | item.privileges;
        held.grantable = held.grantable | item.grant_options;
      }
    }
  } else {
    const DefaultAcl defaults = default_acl(object.type);
    held.privileges = owns ? defaults.to_owner | defaults.to_public : defaults.to_public;
  }
  if (owns) {
    held.grantable = privileges_of(object.type);
  }
  return held;
}

}  // namespace

PrivilegeSet privileges_of(ObjectType type) {
  switch (type) {
    case ObjectType::column:
      return {Privilege::select, Privilege::insert, Privilege::update, Privilege::references};
    case ObjectType::database:
      return {Privilege::create, Privilege::connect, Privilege::temporary};
    case ObjectType::foreign_server:
    case ObjectType::foreign_data_wrapper:
    case ObjectType::language:
    case ObjectType::type:
      return {Privilege::usage};
    case ObjectType::large_object:
      return {Privilege::select, Privilege::update};
    case ObjectType::parameter:
      return {Privilege::set, Privilege::alter_system};
    case ObjectType::routine:
      return {Privilege::execute};
    case ObjectType::schema:
      return {Privilege::usage, Privilege::create};
    case ObjectType::sequence:
      return {Privilege::select, Privilege::update, Privilege::usage};
    case ObjectType::table:
      return PrivilegeSet(relation_privileges);
    case ObjectType::tablespace:
      return {Privilege::create};
    case ObjectType::default_privileges:
    case ObjectType::role:
      break;
  }
  return {};
}

bool lies_in_schema(ObjectType type) {
  switch (type) {
    case ObjectType::column:
    case ObjectType::default_privileges:
    case ObjectType::routine:
    case ObjectType::sequence:
    case ObjectType::table:
    case ObjectType::type:
      return true;
    default:
      return false;
  }
}

DefaultAcl default_acl(ObjectType type) {
  switch (type) {
    case ObjectType::column:
      return {};  // the relation's ACL speaks for it
    case ObjectType::database:
      return {privileges_of(type), {Privilege::connect, Privilege::temporary}};
    case ObjectType::language:
    case ObjectType::routine:
    case ObjectType::type:
      return {privileges_of(type), privileges_of(type)};
    default:
      return {privileges_of(type), {}};
  }
}

Grants object_grants(Role& role, const ObjectOwnership& object, const Acl& acl) {
  if (object.type == ObjectType::table) {
    return relation_grants(role, {object.owner, object.protected_catalog}, acl);
  }
  const PrivilegeSet possible = privileges_of(object.type);
  if (role.superuser()) {
    return {possible, possible};
  }
  Grants held = by_acl(role, object, acl);
  held.privileges = (held.privileges | of_predefined_roles(role, object.type)) & possible;
  if (object.protected_catalog) {
    held.privileges = held.privileges - PrivilegeSet{Privilege::update, Privilege::usage};
  }
  held.grantable = held.grantable & held.privileges;
  return held;
}

Grants column_object_grants(Role& role, const ObjectOwnership& relation, const Acl& relation_acl,
                            const Acl& column_acl) {
  // GRANT takes nothing else of a sequence's columns.
  const PrivilegeSet possible = relation.type == ObjectType::sequence
                                    ? PrivilegeSet{Privilege::select}
                                    : privileges_of(ObjectType::column);
  const Grants whole = object_grants(role, relation, relation_acl);
  const Grants own = by_acl(role, {ObjectType::column, relation.owner}, column_acl);
  Grants held;
  held.privileges = (whole.privileges | own.privileges) & possible;
  held.grantable = (whole.grantable | own.grantable) & held.privileges;
  return held;
}

}  // namespace conncheck::rules
