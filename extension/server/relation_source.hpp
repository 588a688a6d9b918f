// The facts about relations beneath views and rules, read from the catalogs when they are asked.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include "extension/rules/acl.hpp"
#include "extension/rules/rewriting.hpp"
#include "extension/server/foreign_tables.hpp"
#include "extension/server/relations.hpp"
#include "extension/server/roles.hpp"

namespace conncheck::server {

/// Remembers what it has read, for the length of one SQL call. A relation that is gone has
/// nothing in it and grants nothing.
class CatalogRelations : public rules::RelationSource {
 public:
  explicit CatalogRelations(Roles& roles) : roles_(roles) {}

  const rules::Rewrites* rewrites(rules::RelationId relation) override;
  PrivilegeSet held(rules::RelationId relation, rules::RoleId role) override;
  const rules::ColumnHoldings& columns(rules::RelationId relation, rules::RoleId role) override;
  bool lacks_user_mapping(rules::RelationId relation, rules::RoleId role) override;
  rules::Answer foreign_table_takes(rules::RelationId relation, rules::Write write) override;
  rules::Role& role(rules::RoleId role) override { return roles_.role(role); }
  const std::vector<rules::Policy>& policies(rules::RelationId table) override;
  bool may_execute(rules::FunctionId function, rules::RoleId role) override;
  /// Sooner than the server says so: what is to be read at the bottom needs some of the stack, too.
  bool is_too_deep() override;

  const ForeignTable& foreign_table(rules::RelationId relation);

 private:
  struct KnownRelation {
    RelationRow row;
    std::optional<std::vector<rules::AclItem>> acl;
    std::optional<rules::Rewrites> rewrites;
  };
  /// nullptr: gone.
  KnownRelation* find(rules::RelationId relation);

  using RelationAndRole = std::pair<rules::RelationId, rules::RoleId>;

  Roles& roles_;
  const char* stack_begin_ = static_cast<const char*>(__builtin_frame_address(0));
  std::unordered_map<rules::RelationId, std::unique_ptr<KnownRelation>> relations_;
  std::map<RelationAndRole, rules::ColumnHoldings> columns_;
  std::unordered_map<rules::RelationId, ForeignTable> foreign_tables_;
  std::unordered_map<rules::RelationId, std::vector<rules::Policy>> policies_;
  std::map<std::pair<rules::FunctionId, rules::RoleId>, bool> executable_;
};

}  // namespace conncheck::server
