#include "extension/functions/obstacles.hpp"

#include "extension/functions/relation_obstacles.hpp"
#include "extension/server/grant_statement.hpp"
#include "extension/server/parameters.hpp"

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

/// What no grant changes about a parameter.
void add_context(rules::Role& role, const server::CatalogObject& object, Privilege privilege,
                 std::vector<Obstacle>& obstacles) {
  const std::optional<rules::Parameter> parameter = server::read_parameter(object.name);
  if (!parameter) {
    return;
  }
  if (privilege == Privilege::alter_system && !rules::takes_alter_system(*parameter)) {
    obstacles.push_back({role.id(), "ALTER SYSTEM does not take this parameter", std::nullopt});
  }
  if (privilege == Privilege::set && !rules::takes_set(parameter->context)) {
    obstacles.push_back({role.id(),
                         parameter->context == rules::ParameterContext::internal
                             ? "nobody sets it: it tells what the server is"
                         : parameter->context == rules::ParameterContext::postmaster
                             ? "no session sets it: ALTER SYSTEM does, for when the server restarts"
                             : "no session sets it: ALTER SYSTEM does, for when the server reloads "
                               "its configuration",
                         std::nullopt});
  }
}

void add_own(rules::Role& role, const server::CatalogObject& object, Privilege privilege,
             std::vector<Obstacle>& obstacles) {
  if (object.unusable) {
    const bool is_database = object.type == ObjectType::database;
    obstacles.push_back({role.id(),
                         is_database ? "the database takes no connections"
                                     : "the tablespace is for shared catalogs alone",
                         std::nullopt});
  }
  if (object.type == ObjectType::parameter) {
    add_context(role, object, privilege, obstacles);
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
  add_own(role, object, privilege, obstacles);
  if (object.type == ObjectType::table || object.type == ObjectType::column) {
    add_relation_obstacles(roles, role, object.id, privilege, obstacles);
  }
  return obstacles;
}

}  // namespace conncheck::functions
