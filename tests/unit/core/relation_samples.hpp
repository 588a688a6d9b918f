// Relations and subjects as the tests of policy and of the renderers need them.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "agent/core/policy.hpp"

namespace conncheck::samples {

inline constexpr PrivilegeSet writing = {Privilege::insert, Privilege::update, Privilege::delete_};
inline constexpr PrivilegeSet reading = {Privilege::select};

/// A relation with can_* as they follow from `held` where nothing blocks.
inline RelationPermissions relation(std::string schema, std::string table, PrivilegeSet held = {},
                                    std::string kind = "table") {
  RelationPermissions result;
  result.schema_name = std::move(schema);
  result.table_name = std::move(table);
  result.kind = std::move(kind);
  result.privileges = held;
  result.can_read = held.has(Privilege::select);
  result.can_write = held.has_all(writing);
  result.can_truncate =
      held.has(Privilege::truncate) && result.kind.find("view") == std::string::npos;
  result.owner = "shop_owner";
  result.row_security = "none";
  return result;
}

/// The same, held but of no use because of `reason`.
inline RelationPermissions blocked(RelationPermissions relation, std::string_view reason) {
  relation.can_read = relation.can_write = relation.can_truncate = false;
  relation.blocked_by.emplace_back(reason);
  return relation;
}

inline RelationPattern pattern(std::string_view text) {
  return std::get<RelationPattern>(RelationPattern::parse(text));
}

inline PolicyRule rule(std::vector<std::string> patterns, PrivilegeSet privileges) {
  PolicyRule result;
  for (const std::string& text : patterns) {
    result.tables.push_back(pattern(text));
  }
  result.privileges = privileges;
  return result;
}

inline SchemaPermissions usable_schema(std::string name) {
  SchemaPermissions result;
  result.schema_name = std::move(name);
  result.can_use = true;
  return result;
}

/// Owns what a PolicySubject refers to.
struct Role {
  std::string name = "app";
  std::vector<RelationPermissions> relations;
  std::vector<SchemaPermissions> schemas = {usable_schema("public"), usable_schema("shop")};
  std::vector<RoleObservation> reachable = {};
  int server_version_num = 150006;

  [[nodiscard]] PolicySubject subject() const {
    return {.connection = "orders",
            .role_name = name,
            .relations = relations,
            .schemas = schemas,
            .reachable = reachable,
            .server_version_num = server_version_num};
  }
  [[nodiscard]] std::vector<Finding> require(const std::vector<PolicyRule>& rules) const {
    return require_findings(subject(), rules);
  }
  [[nodiscard]] std::vector<Finding> forbid(const std::vector<PolicyRule>& rules) const {
    return forbid_findings(subject(), rules);
  }
};

}  // namespace conncheck::samples
