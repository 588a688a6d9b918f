// Why a role holds, or lacks, a privilege on an object: the rows of conncheck_explain.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "extension/rules/grant_paths.hpp"
#include "extension/server/object_catalog.hpp"
#include "extension/server/roles.hpp"

namespace conncheck::functions {

struct ExplanationRow {
  bool held = false;
  std::optional<bool> usable = false;  ///< nullopt: another session's lock hides it
  rules::GrantSource source{};
  std::vector<std::string> role_path;  ///< from the role to who holds the grant, or lacks something
  std::optional<std::string> grantor;
  bool grantable = false;
  bool requires_set_role = false;
  std::string detail;
  std::optional<std::string> fix;
};

/// Every way in which the privilege is held or could be by SET ROLE; what is missing if there is
/// none; what stops it. Of a table, columns count where the whole of it is not held.
[[nodiscard]] std::vector<ExplanationRow> explain(server::Roles& roles, rules::Role& role,
                                                  const server::CatalogObject& object,
                                                  Privilege privilege);

/// pg_has_role()'s words for what a role can be to another.
enum class MembershipWord { member, usage, set };

[[nodiscard]] std::vector<ExplanationRow> explain_membership(server::Roles& roles,
                                                             rules::Role& role,
                                                             const server::CatalogObject& object,
                                                             MembershipWord word);

}  // namespace conncheck::functions
