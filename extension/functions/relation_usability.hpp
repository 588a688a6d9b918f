// Can anything that is held on a relation, or on one of its columns, be used?
#pragma once

#include "extension/rules/privilege.hpp"
#include "extension/rules/relation.hpp"
#include "extension/rules/rewriting.hpp"
#include "extension/server/object_catalog.hpp"
#include "extension/server/relation_source.hpp"
#include "extension/server/roles.hpp"

namespace conncheck::functions {

/// Judges for one role, schema USAGE apart, as conncheck_permissions judges what blocks.
class RelationUsability {
 public:
  RelationUsability(server::Roles& roles, rules::RoleId role)
      : relations_(roles), rewriting_(relations_, role), role_(role) {}

  /// Does at least one of these privileges lead anywhere on this table or column? Looks beneath
  /// views and asks foreign-data wrappers only where no other privilege does. Waits for no lock:
  /// unknown where somebody else's was in the way.
  [[nodiscard]] rules::Answer can_use_one(const server::CatalogObject& relation, PrivilegeSet held);

 private:
  [[nodiscard]] rules::Answer can_use(const server::CatalogObject& relation, Privilege privilege);
  [[nodiscard]] rules::Answer can_write(const server::CatalogObject& relation, rules::Write write);
  [[nodiscard]] bool may_refuse_calls(rules::RelationId relation);

  server::CatalogRelations relations_;
  rules::Rewriting rewriting_;
  rules::RoleId role_;
  bool knows_refused_calls_ = false;
};

}  // namespace conncheck::functions
