#include "extension/server/relation_source.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "extension/rules/written_expression.hpp"
#include "extension/server/columns.hpp"
#include "extension/server/policies.hpp"
#include "extension/server/routine_acl.hpp"
#include "extension/server/stored_rules.hpp"
#include "extension/server/version.hpp"
#include "extension/server/virtual_columns.hpp"
#include "extension/server/written_expressions.hpp"

namespace conncheck::server {

CatalogRelations::KnownRelation* CatalogRelations::find(rules::RelationId relation) {
  check_for_interrupts();  // what is known already, too, may be asked for without end
  const auto [entry, is_new] = relations_.try_emplace(relation);
  if (is_new) {
    auto found = std::make_unique<KnownRelation>();
    const bool exists = read_relation(relation, [&](const RelationRow& row, const rules::Acl& acl) {
      found->row = row;
      if (acl) {
        found->acl.emplace(acl->begin(), acl->end());
      }
    });
    if (exists) {
      entry->second = std::move(found);
    }
  }
  return entry->second.get();
}

const rules::Rewrites* CatalogRelations::rewrites(rules::RelationId relation) {
  KnownRelation* const known = find(relation);
  if (known == nullptr) {
    return nullptr;
  }
  if (!known->rewrites) {
    known->rewrites = read_rewrites(known->row);
    keep_computed(*known->rewrites);
  }
  return &*known->rewrites;
}

PrivilegeSet CatalogRelations::held(rules::RelationId relation, rules::RoleId role) {
  const KnownRelation* const known = find(relation);
  if (known == nullptr) {
    return {};
  }
  const rules::Acl acl = known->acl ? rules::Acl(*known->acl) : std::nullopt;
  return rules::relation_grants(roles_.role(role), known->row.ownership, acl).privileges;
}

const rules::ColumnHoldings& CatalogRelations::columns(rules::RelationId relation,
                                                       rules::RoleId role) {
  const auto known = columns_.find({relation, role});
  if (known != columns_.end()) {
    return known->second;
  }
  return columns_[{relation, role}] = read_columns(relation, roles_.role(role));
}

const ForeignTable& CatalogRelations::foreign_table(rules::RelationId relation) {
  const auto known = foreign_tables_.find(relation);
  if (known != foreign_tables_.end()) {
    return known->second;
  }
  return foreign_tables_[relation] = read_foreign_table(relation);
}

bool CatalogRelations::lacks_user_mapping(rules::RelationId relation, rules::RoleId role) {
  const KnownRelation* const known = find(relation);
  if (known == nullptr || known->row.kind != rules::RelationKind::foreign_table) {
    return false;
  }
  const ForeignTable& table = foreign_table(relation);
  return table.demands_user_mapping && !has_user_mapping(role, table.server);
}

const std::vector<rules::RelationId>& CatalogRelations::foreign_tables_beneath(
    rules::RelationId relation) {
  static const std::vector<rules::RelationId> none;
  if (!foreign_parents_) {
    foreign_parents_ = read_foreign_parents();
  }
  const auto found = foreign_parents_->find(relation);
  return found == foreign_parents_->end() ? none : found->second;
}

bool CatalogRelations::lacks_user_mapping_beneath(rules::RelationId relation, rules::RoleId role) {
  const std::vector<rules::RelationId>& beneath = foreign_tables_beneath(relation);
  return std::any_of(beneath.begin(), beneath.end(),
                     [&](rules::RelationId foreign) { return lacks_user_mapping(foreign, role); });
}

bool CatalogRelations::take_truncate_beneath(rules::RelationId relation) {
  const std::vector<rules::RelationId>& beneath = foreign_tables_beneath(relation);
  return std::all_of(beneath.begin(), beneath.end(), [&](rules::RelationId foreign) {
    return foreign_table(foreign).takes_truncate;
  });
}

const std::vector<rules::Policy>& CatalogRelations::policies(rules::RelationId table) {
  static const std::vector<rules::Policy> none;
  if (!may_have_demanding_policies(table)) {
    return none;
  }
  const auto known = policies_.find(table);
  if (known != policies_.end()) {
    return known->second;
  }
  std::vector<rules::Policy> policies = read_policies(table);
  for (rules::Policy& policy : policies) {
    for (auto* const condition : {&policy.using_rows, &policy.with_check}) {
      if (*condition) {
        keep_computed((*condition)->demands);
      }
    }
  }
  return policies_[table] = std::move(policies);
}

bool CatalogRelations::may_execute(rules::FunctionId function, rules::RoleId role) {
  const auto known = executable_.find({function, role});
  if (known != executable_.end()) {
    return known->second;
  }
  return executable_[{function, role}] = server::may_execute(function, roles_.role(role));
}

bool CatalogRelations::is_too_deep() {
  constexpr std::ptrdiff_t bytes_of_each_kilobyte = 768;
  const auto used = stack_begin_ - static_cast<const char*>(__builtin_frame_address(0));
  return used > max_stack_depth * bytes_of_each_kilobyte || stack_is_too_deep();
}

void CatalogRelations::find_refused_calls(rules::Role& role, RelationTraits traits) {
  refusing_ = relations_with_refused_calls(role, traits);
}

void CatalogRelations::find_policies() {
  TablesWithPolicies tables = tables_with_policies();
  demanding_ = std::move(tables.demanding);
  if (!has_virtual_columns) {
    return;
  }
  // What a virtual column calls, a plain condition that reads it calls, too.
  const auto middle = static_cast<std::ptrdiff_t>(demanding_->size());
  std::copy_if(tables.all.begin(), tables.all.end(), std::back_inserter(*demanding_),
               [this](rules::RelationId table) { return may_refuse_calls(table); });
  std::inplace_merge(demanding_->begin(), demanding_->begin() + middle, demanding_->end());
}

bool CatalogRelations::may_have_demanding_policies(rules::RelationId table) const {
  return !demanding_ || std::binary_search(demanding_->begin(), demanding_->end(), table);
}

void CatalogRelations::forget_relations() {
  relations_.clear();
  columns_.clear();
  policies_.clear();
  called_.clear();
  called_by_reading_.clear();
}

bool CatalogRelations::some_rules_are_instead() {
  if (!some_rules_are_instead_) {
    some_rules_are_instead_ = server::some_rules_are_instead();
  }
  return *some_rules_are_instead_;
}

bool CatalogRelations::may_refuse_calls(rules::RelationId relation) const {
  return !refusing_ || std::binary_search(refusing_->begin(), refusing_->end(), relation);
}

const std::vector<rules::FunctionId>& CatalogRelations::called_by_every(
    rules::Write write, rules::RelationId relation) {
  static const std::vector<rules::FunctionId> none;
  if (!may_refuse_calls(relation)) {
    return none;
  }
  const auto [entry, is_new] = called_.try_emplace(relation);
  if (is_new) {
    for (const StoredExpression& stored : read_written_expressions(relation)) {
      for (const rules::Write each : rules::all_writes) {
        if (rules::is_always_evaluated_by(each, stored.expression)) {
          std::vector<rules::FunctionId>& called = entry->second[static_cast<std::size_t>(each)];
          called.insert(called.end(), stored.expression.functions.begin(),
                        stored.expression.functions.end());
        }
      }
    }
  }
  return entry->second[static_cast<std::size_t>(write)];
}

const std::vector<rules::FunctionId>& CatalogRelations::called_by_reading(rules::RelationId table,
                                                                          int column) {
  static const std::vector<rules::FunctionId> none;
  if (!has_virtual_columns || !may_refuse_calls(table)) {
    return none;
  }
  const auto [entry, is_new] = called_by_reading_.try_emplace({table, column});
  if (is_new) {
    for (const VirtualColumn& each : read_virtual_columns(table)) {
      if (column == 0 || column == each.number) {
        entry->second.insert(entry->second.end(), each.functions.begin(), each.functions.end());
      }
    }
  }
  return entry->second;
}

void CatalogRelations::keep_computed(rules::Demands& demands) {
  std::erase_if(demands.table_columns_read, [this](const rules::TableColumn& read) {
    return called_by_reading(read.table, read.column).empty();
  });
}

void CatalogRelations::keep_computed(rules::Rewrites& rewrites) {
  if (!has_virtual_columns) {
    return;
  }
  keep_computed(rewrites.reading);
  for (rules::ColumnDemands& column : rewrites.columns) {
    keep_computed(column.demands);
  }
  std::erase_if(rewrites.columns, [](const auto& column) { return column.demands.empty(); });
  rewrites.columns.shrink_to_fit();
  for (rules::WriteRewrite& write : rewrites.writes) {
    keep_computed(write.rules);
  }
  if (rewrites.updatable) {
    keep_computed(rewrites.updatable->condition);
  }
}

rules::Answer CatalogRelations::foreign_table_takes(rules::RelationId relation,
                                                    rules::Write write) {
  return foreign_table(relation).takes[write];
}

}  // namespace conncheck::server
