// The facts about relations beneath views and rules, read from the catalogs when they are asked.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include "extension/rules/acl.hpp"
#include "extension/rules/rewriting.hpp"
#include "extension/server/foreign_parents.hpp"
#include "extension/server/foreign_tables.hpp"
#include "extension/server/refused_calls.hpp"
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
  bool lacks_user_mapping_beneath(rules::RelationId relation, rules::RoleId role) override;
  rules::Answer foreign_table_takes(rules::RelationId relation, rules::Write write) override;
  rules::Role& role(rules::RoleId role) override { return roles_.role(role); }
  const std::vector<rules::Policy>& policies(rules::RelationId table) override;
  bool may_execute(rules::FunctionId function, rules::RoleId role) override;
  /// Sooner than the server says so: what is to be read at the bottom needs some of the stack, too.
  bool is_too_deep() override;

  const std::vector<rules::FunctionId>& called_by_every(rules::Write write,
                                                        rules::RelationId relation) override;

  const std::vector<rules::FunctionId>& called_by_reading(rules::RelationId table,
                                                          int column) override;

  /// For reports on many relations: finds out at once where writes may call what the role must not
  /// execute. From then on called_by_every() and called_by_reading() answer for that role alone.
  void find_refused_calls(rules::Role& role, RelationTraits traits);
  /// May using the relation call such a function? Always, until that has been found out.
  [[nodiscard]] bool may_refuse_calls(rules::RelationId relation) const;

  /// For reports on many relations: reads at once which tables have policies that demand something;
  /// those of the others count as none from then on. After find_refused_calls(), if that is asked.
  void find_policies();
  /// Has the table any? It may, until that has been found out.
  [[nodiscard]] bool may_have_demanding_policies(rules::RelationId table) const;

  /// How many relations are remembered.
  [[nodiscard]] std::size_t remembered() const { return relations_.size(); }
  /// Forgets what has been read of single relations. Nothing that was returned is valid any more.
  void forget_relations();

  /// If none is, no write vanishes (see Rewriting::vanishes()).
  [[nodiscard]] bool some_rules_are_instead();

  const ForeignTable& foreign_table(rules::RelationId relation);
  /// The foreign tables among its partitions or children.
  const std::vector<rules::RelationId>& foreign_tables_beneath(rules::RelationId relation);
  /// TRUNCATE goes down to them.
  [[nodiscard]] bool take_truncate_beneath(rules::RelationId relation);

 private:
  struct KnownRelation {
    RelationRow row;
    std::optional<std::vector<rules::AclItem>> acl;
    std::optional<rules::Rewrites> rewrites;
  };
  /// Leaves out columns of tables that are not computed by anything that has an ACL: all but a few.
  void keep_computed(rules::Demands& demands);
  void keep_computed(rules::Rewrites& rewrites);
  /// nullptr: gone.
  KnownRelation* find(rules::RelationId relation);

  using CalledByWrites = std::array<std::vector<rules::FunctionId>, rules::all_writes.size()>;
  using RelationAndRole = std::pair<rules::RelationId, rules::RoleId>;

  Roles& roles_;
  const char* stack_begin_ = static_cast<const char*>(__builtin_frame_address(0));
  std::unordered_map<rules::RelationId, std::unique_ptr<KnownRelation>> relations_;
  std::map<RelationAndRole, rules::ColumnHoldings> columns_;
  std::unordered_map<rules::RelationId, ForeignTable> foreign_tables_;
  std::optional<ForeignParents> foreign_parents_;
  std::unordered_map<rules::RelationId, std::vector<rules::Policy>> policies_;
  std::map<std::pair<rules::FunctionId, rules::RoleId>, bool> executable_;
  std::unordered_map<rules::RelationId, CalledByWrites> called_;
  std::map<std::pair<rules::RelationId, int>, std::vector<rules::FunctionId>> called_by_reading_;
  std::optional<std::vector<rules::RelationId>> refusing_;   ///< sorted
  std::optional<std::vector<rules::RelationId>> demanding_;  ///< by their policies; sorted
  std::optional<bool> some_rules_are_instead_;
};

}  // namespace conncheck::server
