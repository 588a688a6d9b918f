#include "extension/functions/referential_obstacles.hpp"

#include "extension/rules/foreign_key.hpp"
#include "extension/rules/permission_check.hpp"
#include "extension/server/foreign_keys.hpp"
#include "extension/server/grant_statement.hpp"
#include "extension/server/object_identity.hpp"

namespace conncheck::functions {
namespace {

using rules::ObjectType;
using rules::PermissionCheck;

class Finder {
 public:
  Finder(server::Roles& roles, rules::RelationSource& source, std::vector<Obstacle>& obstacles)
      : roles_(roles), source_(source), obstacles_(obstacles) {}

  void check(const rules::ForeignKey& key, const std::vector<PermissionCheck>& checks);

 private:
  void check_relation(const server::CatalogObject& table, const PermissionCheck& asked);
  void check_schema(Oid schema, rules::RoleId owner);
  void add(rules::RoleId owner, Privilege lacking, const server::CatalogObject& object);

  server::Roles& roles_;
  rules::RelationSource& source_;
  std::vector<Obstacle>& obstacles_;
  std::string key_;
};

void Finder::add(rules::RoleId owner, Privilege lacking, const server::CatalogObject& object) {
  const std::string name = server::identity(object).value_or(object.name);
  obstacles_.push_back({owner,
                        "the foreign key " + key_ + " is seen to as " +
                            server::quoted(roles_.name(owner)) + ", who lacks " +
                            std::string(to_string(lacking)) + " on " +
                            std::string(to_string(object.type)) + " " + name,
                        server::grant_statement(roles_, object, lacking, owner)});
}

void Finder::check_schema(Oid schema, rules::RoleId owner) {
  (void)server::read_object(
      ObjectType::schema, schema, 0, [&](const server::CatalogObject& object) {
        if (!server::grants_on(object, roles_.role(owner)).privileges.has(Privilege::usage)) {
          add(owner, Privilege::usage, object);
        }
      });
}

void Finder::check_relation(const server::CatalogObject& table, const PermissionCheck& asked) {
  const rules::RoleId owner = table.ownership.owner;
  check_schema(table.schema, owner);
  for (const Privilege privilege : relation_privileges) {
    PermissionCheck alone = asked;
    alone.required = asked.required & PrivilegeSet{privilege};
    if (!rules::passes(source_, alone, owner)) {
      add(owner, privilege, table);
    }
  }
}

void Finder::check(const rules::ForeignKey& key, const std::vector<PermissionCheck>& checks) {
  server::check_for_interrupts();
  key_ = server::quoted(key.name);
  for (const PermissionCheck& asked : checks) {
    (void)server::read_object(
        ObjectType::table, asked.relation, 0,
        [&](const server::CatalogObject& table) { check_relation(table, asked); });
  }
}

}  // namespace

void add_referential_obstacles(server::Roles& roles, rules::RelationSource& source,
                               rules::RelationId table, rules::Write write,
                               std::vector<Obstacle>& obstacles) {
  Finder finder(roles, source, obstacles);
  if (write != rules::Write::delete_) {
    for (const rules::ForeignKey& key : server::foreign_keys_of(table)) {
      finder.check(key, rules::checks_of_new_key(key));
    }
  }
  if (write != rules::Write::insert) {
    for (const rules::ForeignKey& key : server::foreign_keys_to(table)) {
      finder.check(key, rules::checks_of_lost_key(key, write));
    }
  }
}

}  // namespace conncheck::functions
