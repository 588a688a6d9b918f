// What has changed between two states of what roles can do.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/role_state.hpp"

namespace conncheck {

/// In the order in which the changes of a role are told.
enum class ChangeKind {
  role_appeared,  ///< is audited now, or is the login's role now
  role_disappeared,
  superuser,  ///< is one now, or no longer; what follows from it is not told one by one
  bypass_rls,
  set_role_gained,  ///< a role that SET ROLE reaches now
  set_role_lost,
  schema_gained,  ///< USAGE or CREATE
  schema_lost,
  schema_owner,
  relation_appeared,     ///< the first privilege on it, or it is new
  relation_disappeared,  ///< the last privilege on it is lost, or it is gone
  relation_kind,
  relation_owner,
  privileges_gained,  ///< on the whole relation
  privileges_lost,
  columns_gained,  ///< on columns, where the whole relation is not held
  columns_lost,
  grant_option_gained,  ///< of a privilege that was held, and is
  grant_option_lost,
  access,  ///< can_read, can_write or can_truncate, explained by no privilege
  row_security,
};

struct Change {
  std::string role_name;
  bool is_login = false;
  ChangeKind kind{};
  std::string schema_name;  ///< empty where it is about no schema
  std::string object_name;  ///< the relation, or the role that SET ROLE reaches; may be empty
  std::string before;       ///< words; empty: nothing
  std::string after;
  std::string message;  ///< a sentence without its full stop
  std::vector<std::string>
      undo;            ///< statements in their order; none where no GRANT or REVOKE helps
  std::string caveat;  ///< when `undo` does not help; may be empty
};

/// What happened to the roles of a connection from `before` to `after`, in an order that depends on
/// the changes alone: the login first, then roles by name; kinds and names in their order. What one
/// of the states does not know is no change.
[[nodiscard]] std::vector<Change> drift(std::span<const RoleState> before,
                                        std::span<const RoleState> after);

/// The order of drift().
[[nodiscard]] bool is_told_before(const Change& a, const Change& b);

/// The kind's name in JSON, CSV and metrics.
[[nodiscard]] std::string_view to_string(ChangeKind kind);

}  // namespace conncheck
