// Every object that can be granted, as the catalogs have it.
#pragma once

#include <functional>
#include <string>

#include "extension/rules/acl.hpp"
#include "extension/rules/object.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

/// A grantable object. The ACLs are valid during the call that hands it over.
struct CatalogObject {
  rules::ObjectType type{};
  Oid id = InvalidOid;      ///< of a column: the relation's
  int column = 0;           ///< of columns: the number; below 0 a system column
  Oid schema = InvalidOid;  ///< where it lies; of default privileges where they hold, or InvalidOid
  std::string name;  ///< as stored, unquoted; of default privileges what they are for (`tables`)
  /// How the ACL is to be read. Parameters are granted in the name of the role that initdb made;
  /// default privileges have the role that will create the objects; a role has no owner.
  rules::ObjectOwnership ownership;
  rules::Acl acl;                ///< nullopt: NULL; of default privileges what will result
  rules::Acl relation_acl;       ///< of columns: the whole relation's
  char relation_kind = '\0';     ///< of tables, columns and sequences: pg_class.relkind
  bool has_rules = false;        ///< of tables and columns: the relation's
  bool superusers_only = false;  ///< the server lets nobody else use it, whatever its ACL says
  bool unusable = false;         ///< nobody can use it: a database that takes no connections
};

using EachObject = std::function<void(const CatalogObject& object)>;

/// Calls `each` for every object of the type, in no order. Left out: row and array types, what is
/// dropped, and columns without an ACL of their own. Roles have no ACL. Locks catalogs only.
void read_objects(rules::ObjectType type, const EachObject& each);

/// One object, columns without an ACL too; false if it is gone or of another type.
[[nodiscard]] bool read_object(rules::ObjectType type, Oid id, int column, const EachObject& each);

/// The role's effective privileges and those that it may grant, of those that this version knows.
/// Of roles: none, see membership().
[[nodiscard]] rules::Grants grants_on(const CatalogObject& object, rules::Role& role);

/// What `role` is to `other`, by this version's own rules.
[[nodiscard]] rules::Membership membership(rules::RoleId role, rules::RoleId other);

}  // namespace conncheck::server
