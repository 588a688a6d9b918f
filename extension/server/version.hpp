// What differs between PostgreSQL 13 and 18. The only file that asks for PG_VERSION_NUM.
#pragma once

#include "extension/rules/privilege.hpp"
#include "extension/rules/role.hpp"
#include "extension/server/postgres.hpp"

extern "C" {
#include "nodes/extensible.h"
#if PG_VERSION_NUM >= 140000
#include "utils/backend_status.h"
#else
#include "pgstat.h"
#endif
#if PG_VERSION_NUM >= 150000
#include "catalog/pg_parameter_acl.h"
#endif
#if PG_VERSION_NUM >= 160000
#include "parser/parse_relation.h"
#endif
}

namespace conncheck::server {

/// The privileges that relations have in this version.
inline PrivilegeSet known_relation_privileges() {
  constexpr PrivilegeSet all(relation_privileges);
#if PG_VERSION_NUM >= 170000
  return all;
#else
  return all - PrivilegeSet{Privilege::maintain};
#endif
}

/// The privileges that there are in this version, on whatever object.
inline PrivilegeSet known_privileges() {
  constexpr PrivilegeSet of_parameters = {Privilege::set, Privilege::alter_system};
  PrivilegeSet known = PrivilegeSet(all_privileges) - PrivilegeSet(relation_privileges);
#if PG_VERSION_NUM < 150000
  known = known - of_parameters;
#else
  (void)of_parameters;
#endif
  return known | known_relation_privileges();
}

/// DEFAULT in each of several rows is that of a generated column, too; before 14 it was an error.
#if PG_VERSION_NUM >= 140000
inline constexpr bool rows_of_defaults_are_defaults = true;
#else
inline constexpr bool rows_of_defaults_are_defaults = false;
#endif

/// x = ANY (SELECT …) may become a join though the query within refers to the one around it.
#if PG_VERSION_NUM >= 170000
inline constexpr bool correlated_any_joins = true;
#else
inline constexpr bool correlated_any_joins = false;
#endif

/// The catalog of parameters' ACLs; all 0 before 15, which has none.
struct ParameterCatalog {
  Oid id = InvalidOid;
  Oid oid_index = InvalidOid;
  AttrNumber name = 0;
  AttrNumber acl = 0;
};
inline constexpr ParameterCatalog parameter_catalog() {
#if PG_VERSION_NUM >= 150000
  return {ParameterAclRelationId, ParameterAclOidIndexId, Anum_pg_parameter_acl_parname,
          Anum_pg_parameter_acl_paracl};
#else
  return {};
#endif
}

/// Has the type an ACL of its own? Arrays have their element's, from 17 on multiranges their
/// range's.
inline bool has_own_acl(Form_pg_type type) {
#if PG_VERSION_NUM >= 170000
  return !IsTrueArrayType(type) && type->typtype != TYPTYPE_MULTIRANGE;
#elif PG_VERSION_NUM >= 140000
  return !IsTrueArrayType(type);
#else
  return !(OidIsValid(type->typelem) && type->typlen == -1);
#endif
}

constexpr bool is_acl_bit(AclMode mode, Privilege privilege) {
  return PrivilegeSet::from_bits(mode) == PrivilegeSet{privilege};
}
static_assert(is_acl_bit(ACL_INSERT, Privilege::insert));
static_assert(is_acl_bit(ACL_SELECT, Privilege::select));
static_assert(is_acl_bit(ACL_UPDATE, Privilege::update));
static_assert(is_acl_bit(ACL_DELETE, Privilege::delete_));
static_assert(is_acl_bit(ACL_TRUNCATE, Privilege::truncate));
static_assert(is_acl_bit(ACL_REFERENCES, Privilege::references));
static_assert(is_acl_bit(ACL_TRIGGER, Privilege::trigger));
static_assert(is_acl_bit(ACL_EXECUTE, Privilege::execute));
static_assert(is_acl_bit(ACL_USAGE, Privilege::usage));
static_assert(is_acl_bit(ACL_CREATE, Privilege::create));
static_assert(is_acl_bit(ACL_CREATE_TEMP, Privilege::temporary));
static_assert(is_acl_bit(ACL_CONNECT, Privilege::connect));
#if PG_VERSION_NUM >= 150000
static_assert(is_acl_bit(ACL_SET, Privilege::set));
static_assert(is_acl_bit(ACL_ALTER_SYSTEM, Privilege::alter_system));
#endif
#if PG_VERSION_NUM >= 170000
static_assert(is_acl_bit(ACL_MAINTAIN, Privilege::maintain));
#endif

inline rules::PredefinedRoles predefined_roles() {
  rules::PredefinedRoles roles;
#if PG_VERSION_NUM >= 140000
  roles.read_all_data = ROLE_PG_READ_ALL_DATA;
  roles.write_all_data = ROLE_PG_WRITE_ALL_DATA;
#endif
#if PG_VERSION_NUM >= 170000
  roles.maintain = ROLE_PG_MAINTAIN;
#endif
  return roles;
}

/// The role of which a database's owner is a member without a grant; InvalidOid before 14.
inline Oid database_owner_role() {
#if PG_VERSION_NUM >= 140000
  return ROLE_PG_DATABASE_OWNER;
#else
  return InvalidOid;
#endif
}

/// INHERIT and SET are options of each grant of membership; before, INHERIT is the member's.
#if PG_VERSION_NUM >= 160000
inline constexpr bool membership_has_options = true;
#else
inline constexpr bool membership_has_options = false;
#endif

struct MembershipOptions {
  bool inherit = false;
  bool set = false;
};

/// Of a row of pg_auth_members. Before 16 it is the member that inherits or does not.
inline MembershipOptions membership_options(HeapTuple row, bool member_inherits) {
#if PG_VERSION_NUM >= 160000
  (void)member_inherits;
  const auto* const grant = (Form_pg_auth_members)GETSTRUCT(row);
  return {grant->inherit_option, grant->set_option};
#else
  (void)row;
  return {member_inherits, true};
#endif
}

/// Of the database's owner in pg_database_owner.
inline MembershipOptions implicit_membership_options(bool member_inherits) {
#if PG_VERSION_NUM >= 160000
  (void)member_inherits;
  return {true, true};
#else
  return {member_inherits, true};
#endif
}

/// May `member` SET ROLE to `role`? From 16 on that is an option of each grant of membership.
inline bool may_set_role(Oid member, Oid role) {
#if PG_VERSION_NUM >= 160000
  return member_can_set_role(member, role);
#else
  return is_member_of_role(member, role);
#endif
}

inline bool may_use_schema(Oid schema, Oid role) {
#if PG_VERSION_NUM >= 160000
  return object_aclcheck(NamespaceRelationId, schema, role, ACL_USAGE) == ACLCHECK_OK;
#else
  return pg_namespace_aclcheck(schema, role, ACL_USAGE) == ACLCHECK_OK;
#endif
}

/// Raises insufficient_privilege, as every call of a function does.
inline void demand_execute(Oid function) {
#if PG_VERSION_NUM >= 160000
  const AclResult result = object_aclcheck(ProcedureRelationId, function, GetUserId(), ACL_EXECUTE);
#else
  const AclResult result = pg_proc_aclcheck(function, GetUserId(), ACL_EXECUTE);
#endif
  if (result != ACLCHECK_OK) {
    aclcheck_error(result, OBJECT_FUNCTION, get_func_name(function));
  }
}

/// The flags of a custom path that can project, as every one can before 15.
#if PG_VERSION_NUM >= 150000
inline constexpr std::uint32_t projecting_custom_path = CUSTOMPATH_SUPPORT_PROJECTION;
#else
inline constexpr std::uint32_t projecting_custom_path = 0;
#endif

/// The name under which a parameter's ACL is stored; nullptr: it cannot have one.
inline const char* parameter_name(const char* given) {
#if PG_VERSION_NUM >= 160000
  check_GUC_name_for_parameter_acl(given);  // raises undefined_object
  return convert_GUC_name_for_parameter_acl(given);
#elif PG_VERSION_NUM >= 150000
  return check_GUC_name_for_parameter_acl(given) ? convert_GUC_name_for_parameter_acl(given)
                                                 : nullptr;
#else
  (void)given;
  return nullptr;
#endif
}

/// nullptr: there is none of that name.
inline const config_generic* find_parameter_record(const char* name) {
#if PG_VERSION_NUM >= 160000
  return find_option(name, false, true, DEBUG5);
#else
  config_generic** const records = get_guc_variables();
  for (int i = 0; i < GetNumConfigOptions(); ++i) {
    if (pg_strcasecmp(records[i]->name, name) == 0) {
      return records[i];
    }
  }
  return nullptr;
#endif
}

inline bool has_database_privilege(Oid role, AclMode privilege) {
#if PG_VERSION_NUM >= 160000
  return object_aclcheck(DatabaseRelationId, MyDatabaseId, role, privilege) == ACLCHECK_OK;
#else
  return pg_database_aclcheck(MyDatabaseId, role, privilege) == ACLCHECK_OK;
#endif
}

/// What the executor checks for one entry of a query's range table.
struct EntryPermissions {
  AclMode required = 0;
  Bitmapset* selected = nullptr;
  Bitmapset* inserted = nullptr;
  Bitmapset* updated = nullptr;
};

inline EntryPermissions entry_permissions(Query* query, RangeTblEntry* entry) {
#if PG_VERSION_NUM >= 160000
  if (entry->perminfoindex == 0) {
    return {};
  }
  RTEPermissionInfo* const info = getRTEPermissionInfo(query->rteperminfos, entry);
  return {info->requiredPerms, info->selectedCols, info->insertedCols, info->updatedCols};
#else
  (void)query;
  return {entry->requiredPerms, entry->selectedCols, entry->insertedCols, entry->updatedCols};
#endif
}

using NodeWalker = bool (*)(Node* node, void* context);

// Up to 15 the walkers take `bool (*)()`, which C++ reads as "no arguments".
#if PG_VERSION_NUM >= 160000
inline bool walk_query(Query* query, NodeWalker walker, void* context, int flags) {
  return query_tree_walker(query, walker, context, flags);
}
inline bool walk_expression(Node* node, NodeWalker walker, void* context) {
  return expression_tree_walker(node, walker, context);
}
inline bool walk_entry(RangeTblEntry* entry, NodeWalker walker, void* context, int flags) {
  return range_table_entry_walker(entry, walker, context, flags);
}
#else
inline auto untyped(NodeWalker walker) {
  return reinterpret_cast<bool (*)()>(reinterpret_cast<void (*)()>(walker));
}
inline bool walk_query(Query* query, NodeWalker walker, void* context, int flags) {
  return query_tree_walker(query, untyped(walker), context, flags);
}
inline bool walk_expression(Node* node, NodeWalker walker, void* context) {
  return expression_tree_walker(node, untyped(walker), context);
}
inline bool walk_entry(RangeTblEntry* entry, NodeWalker walker, void* context, int flags) {
  return range_table_entry_walker(entry, untyped(walker), context, flags);
}
#endif

/// nextval(regclass)
#if PG_VERSION_NUM >= 140000
inline constexpr Oid nextval_function = F_NEXTVAL;
#else
inline constexpr Oid nextval_function = F_NEXTVAL_OID;
#endif

/// NOT ENFORCED came with 18.
inline bool is_enforced(const FormData_pg_constraint* constraint) {
#if PG_VERSION_NUM >= 180000
  return constraint->conenforced;
#else
  (void)constraint;
  return true;
#endif
}

/// Publications of all tables in a schema came with 15.
inline List* schema_publications(Oid schema) {
#if PG_VERSION_NUM >= 150000
  return GetSchemaPublications(schema);
#else
  (void)schema;
  return NIL;
#endif
}

/// ON DELETE SET NULL (column, …) came with 15; 0 before.
#if PG_VERSION_NUM >= 150000
inline constexpr AttrNumber columns_set_on_delete = Anum_pg_constraint_confdelsetcols;
#else
inline constexpr AttrNumber columns_set_on_delete = 0;
#endif

/// Columns that are computed when they are read came with 18.
#if PG_VERSION_NUM >= 180000
inline constexpr bool has_virtual_columns = true;
#else
inline constexpr bool has_virtual_columns = false;
#endif
inline constexpr char generated_when_read = 'v';  ///< pg_attribute.attgenerated

/// Does the wrapper implement TRUNCATE? (None does before 14.)
inline bool implements_truncate(const FdwRoutine* wrapper) {
#if PG_VERSION_NUM >= 140000
  return wrapper->ExecForeignTruncate != nullptr;
#else
  (void)wrapper;
  return false;
#endif
}

/// This backend's entry in the server's list of activity; nullptr without one.
inline PgBackendStatus* own_backend_status() {
#if PG_VERSION_NUM >= 140000
  return MyBEEntry;
#else
  const int backends = pgstat_fetch_stat_numbackends();
  for (int i = 1; i <= backends; ++i) {
    LocalPgBackendStatus* const backend = pgstat_fetch_stat_local_beentry(i);
    if (backend != nullptr && backend->backendStatus.st_procpid == MyProcPid) {
      return &backend->backendStatus;
    }
  }
  return nullptr;
#endif
}

}  // namespace conncheck::server
