// Everything that GRANT can be said of, and what a role effectively holds on it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "extension/rules/acl.hpp"
#include "extension/rules/privilege.hpp"
#include "extension/rules/role.hpp"

namespace conncheck::rules {

/// In the order of their names, in which listings print them.
enum class ObjectType : std::uint8_t {
  column,
  database,
  default_privileges,  ///< what ALTER DEFAULT PRIVILEGES gives on objects created later
  foreign_server,
  foreign_data_wrapper,
  language,
  large_object,
  parameter,
  role,  ///< membership in it: not an ACL, and no Privilege
  routine,
  schema,
  sequence,
  table,  ///< and views, materialized views, foreign tables
  tablespace,
  type,
};

inline constexpr std::array all_object_types = {
    ObjectType::column,
    ObjectType::database,
    ObjectType::default_privileges,
    ObjectType::foreign_server,
    ObjectType::foreign_data_wrapper,
    ObjectType::language,
    ObjectType::large_object,
    ObjectType::parameter,
    ObjectType::role,
    ObjectType::routine,
    ObjectType::schema,
    ObjectType::sequence,
    ObjectType::table,
    ObjectType::tablespace,
    ObjectType::type,
};

constexpr std::string_view to_string(ObjectType type) {
  constexpr std::array<std::string_view, all_object_types.size()> names = {
      "column",
      "database",
      "default privileges",
      "foreign server",
      "foreign-data wrapper",
      "language",
      "large object",
      "parameter",
      "role",
      "routine",
      "schema",
      "sequence",
      "table",
      "tablespace",
      "type",
  };
  return names[static_cast<std::size_t>(type)];
}

/// The type that the word stands for (lower case only), or nothing.
constexpr std::optional<ObjectType> object_type_from(std::string_view word) {
  for (const ObjectType type : all_object_types) {
    if (to_string(type) == word) {
      return type;
    }
  }
  return std::nullopt;
}

/// What GRANT can give on such an object, of any version: narrow it to those that the server knows.
/// Default privileges have those of the objects to come, roles none.
[[nodiscard]] PrivilegeSet privileges_of(ObjectType type);

/// Does an object of the type lie in a schema, so that its users need USAGE there?
/// Default privileges do where they were set for one schema.
[[nodiscard]] bool lies_in_schema(ObjectType type);

/// What a NULL ACL stands for, as acldefault() has it.
struct DefaultAcl {
  PrivilegeSet to_owner;
  PrivilegeSet to_public;
};
[[nodiscard]] DefaultAcl default_acl(ObjectType type);

/// All about an object, beside its ACL, that its privileges follow from.
struct ObjectOwnership {
  ObjectType type{};  ///< of a column its relation's, of default privileges the objects' to come
  RoleId owner = public_role;
  bool protected_catalog = false;  ///< of tables, sequences: see RelationOwnership
};

/// The role's effective privileges on an object, each judged on its own: superuser, owner, direct,
/// PUBLIC, membership, predefined roles. Not of columns and roles.
[[nodiscard]] Grants object_grants(Role& role, const ObjectOwnership& object, const Acl& acl);

/// On a column of a table or sequence: by its own ACL, and by what the whole relation gives.
[[nodiscard]] Grants column_object_grants(Role& role, const ObjectOwnership& relation,
                                          const Acl& relation_acl, const Acl& column_acl);

/// What a role is to another that is granted to it.
struct Membership {
  bool member = false;  ///< through any depth of membership, whatever the options
  bool usage = false;   ///< its privileges are inherited
  bool set = false;     ///< SET ROLE to it is allowed
  bool admin = false;   ///< may grant membership in it
};

}  // namespace conncheck::rules
