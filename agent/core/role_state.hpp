// What of a check is worth remembering: items with facts, in an order of their own, and a digest by
// which a state that has not changed is recognised without the old one at hand.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/report.hpp"

namespace conncheck {

/// What an item is about. Numbers are stored: never reuse one.
enum class ItemKind : std::uint8_t {
  attribute = 1,  ///< of the role, or of the answer: `superuser`, `bypass_rls`, `partial`
  set_role = 2,   ///< a role that SET ROLE reaches
  schema = 3,
  relation = 4,
  finding = 5,  ///< named by its id
};

/// One fact about one thing. `fact` is text in a form of its own (state_of() reads it), the same
/// for the same fact whatever order its parts came in. An item that is not there is a fact, too:
/// nothing is held.
struct StateItem {
  ItemKind kind{};
  std::string schema_name;
  std::string object_name;
  std::string fact;

  friend auto operator<=>(const StateItem&, const StateItem&) = default;
};

/// What a role can do, and nothing that differs from check to check by itself.
struct RoleState {
  std::string role_name;
  bool is_login = false;      ///< the connection's own role, not an audited one
  bool is_partial = false;    ///< from information_schema: what it does not say may be held
  bool is_superuser = false;  ///< this and the next two are known of the login alone
  bool bypass_rls = false;
  std::vector<std::string> can_set_role;
  std::vector<SchemaPermissions> schemas;  ///< without counts
  std::vector<RelationPermissions> relations;
};

/// The items of a check's role, one for each kind and name, in the order of these. `role` is
/// `report.login` or one of `report.roles`. System schemas are left out: whether a check looks at
/// them depends on its policy.
[[nodiscard]] std::vector<StateItem> items_of(const CheckReport& report,
                                              const RolePermissions& role);

/// Findings are left out. Nothing where an item cannot be read: another version's, or damaged.
[[nodiscard]] std::optional<RoleState> state_of(std::string_view role_name, bool is_login,
                                                std::span<const StateItem> items);

/// The findings among the items.
[[nodiscard]] std::vector<Finding> findings_of(std::span<const StateItem> items);

/// What is to be remembered once `now` has been answered where `before` was known: `now`, but that
/// what it does not know is no news. A relation that was locked keeps what was known of it if
/// nothing else of it has changed; a partial answer never takes the place of a whole one.
/// Both in the order of items_of().
[[nodiscard]] std::vector<StateItem> settled(std::span<const StateItem> before,
                                             std::vector<StateItem> now);

/// 32 bytes. Equal for equal items, whatever the order in which a server gave them.
[[nodiscard]] std::string digest_of(std::span<const StateItem> items);

/// 32 bytes about all roles of a check, their names included; empty where the check failed.
[[nodiscard]] std::string digest_of(const CheckReport& report);

}  // namespace conncheck
