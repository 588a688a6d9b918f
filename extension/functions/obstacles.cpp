#include "extension/functions/obstacles.hpp"

#include "extension/functions/relation_obstacles.hpp"
#include "extension/server/grant_statement.hpp"

namespace conncheck::functions {
namespace {

using rules::ObjectType;

void add_schema_usage(server::Roles& roles, rules::Role& role, Oid schema,
                      std::vector<Obstacle>& obstacles) {
  (void)server::read_object(
      ObjectType::schema, schema, 0, [&](const server::CatalogObject& object) {
        if (!server::grants_on(object, role).privileges.has(Privilege::usage)) {
          obstacles.push_back(
              {role.id(), "no USAGE on schema " + server::quoted(object.name),
               server::grant_statement(roles, object, Privilege::usage, role.id())});
        }
      });
}

void add_own(rules::Role& role, const server::CatalogObject& object,
             std::vector<Obstacle>& obstacles) {
  if (object.unusable) {
    const bool is_database = object.type == ObjectType::database;
    obstacles.push_back({role.id(),
                         is_database ? "the database takes no connections"
                                     : "the tablespace is for shared catalogs alone",
                         std::nullopt});
  }
  if (object.superusers_only && !role.superuser()) {
    obstacles.push_back({role.id(), "only superusers may use it: it is not trusted", std::nullopt});
  }
}

}  // namespace

std::vector<Obstacle> find_obstacles(server::Roles& roles, rules::Role& role,
                                     const server::CatalogObject& object, Privilege privilege) {
  std::vector<Obstacle> obstacles;
  if (rules::lies_in_schema(object.type) && object.type != ObjectType::default_privileges) {
    add_schema_usage(roles, role, object.schema, obstacles);
  }
  add_own(role, object, obstacles);
  if (object.type == ObjectType::table || object.type == ObjectType::column) {
    add_relation_obstacles(roles, role, object.id, privilege, obstacles);
  }
  return obstacles;
}

}  // namespace conncheck::functions
