#include "agent/core/usable_privilege.hpp"

#include <algorithm>

namespace conncheck {
namespace {

constexpr PrivilegeSet writes = {Privilege::insert, Privilege::update, Privilege::delete_};

std::optional<bool> can_write_by(const RelationPermissions& relation, Privilege privilege) {
  if (relation.can_write.value_or(false)) {
    return true;
  }
  for (const std::string_view reason :
       {schema_usage, not_updatable, underlying_relation, function_execute, user_mapping}) {
    if (is_blocked_by(relation, reason)) {
      return false;
    }
  }
  if (!relation.can_write) {
    return std::nullopt;
  }
  return relation.privileges.has(privilege);
}

}  // namespace

bool is_blocked_by(const RelationPermissions& relation, std::string_view reason) {
  return std::find(relation.blocked_by.begin(), relation.blocked_by.end(), reason) !=
         relation.blocked_by.end();
}

PrivilegeSet held_privileges(const RelationPermissions& relation) {
  PrivilegeSet held = relation.privileges;
  for (const auto& [privilege, columns] : relation.column_privileges) {
    if (!columns.empty()) {
      held.add(privilege);
    }
  }
  return held;
}

PrivilegeSet impossible_privileges(const RelationPermissions& relation) {
  if (relation.kind == "materialized view") {
    return writes | PrivilegeSet{Privilege::truncate};
  }
  if (relation.kind == "view" || relation.schema_name == "pg_catalog") {
    return {Privilege::truncate};
  }
  return {};
}

std::optional<bool> is_usable(const RelationPermissions& relation, Privilege privilege) {
  if (impossible_privileges(relation).has(privilege)) {
    return false;
  }
  switch (privilege) {
    case Privilege::select:
      return relation.can_read;
    case Privilege::truncate:
      return relation.can_truncate;
    case Privilege::insert:
    case Privilege::update:
    case Privilege::delete_:
      return can_write_by(relation, privilege);
    default:
      break;
  }
  if (is_blocked_by(relation, schema_usage)) {
    return false;
  }
  // Without can_read and not locked, the row comes from information_schema, which sees no groups.
  const bool all_grants_known = relation.can_read || is_blocked_by(relation, locked);
  if (!relation.privileges.has(privilege) && !all_grants_known) {
    return std::nullopt;
  }
  return relation.privileges.has(privilege);
}

PrivilegeSet certainly_blocked(const RelationPermissions& relation) {
  const PrivilegeSet held = held_privileges(relation);
  PrivilegeSet blocked = impossible_privileges(relation);
  if (is_blocked_by(relation, schema_usage)) {
    blocked = held;
  }
  if (is_blocked_by(relation, not_updatable)) {
    blocked = blocked | writes;
  }
  if (is_blocked_by(relation, user_mapping)) {
    blocked = blocked | writes | PrivilegeSet{Privilege::select, Privilege::truncate};
  }
  const bool fails_beneath =
      is_blocked_by(relation, underlying_relation) || is_blocked_by(relation, function_execute);
  if (fails_beneath && relation.can_read == false) {
    blocked.add(Privilege::select);
  }
  return held & blocked;
}

bool is_system_schema(std::string_view schema) {
  // pg_toast, pg_toast_temp_3, pg_temp_3; a user's schema cannot begin with pg_, but `pgabc` can.
  return schema == "information_schema" || schema.substr(0, 3) == "pg_";
}

}  // namespace conncheck
