// Whether a privilege on a relation can be used, from one row of permissions.
#pragma once

#include <optional>
#include <string_view>

#include "agent/core/report.hpp"

namespace conncheck {

/// The words of `blocked_by`.
inline constexpr std::string_view schema_usage = "schema usage";
inline constexpr std::string_view not_updatable = "not updatable";
inline constexpr std::string_view underlying_relation = "underlying relation";
inline constexpr std::string_view function_execute = "function execute";
inline constexpr std::string_view user_mapping = "user mapping";
inline constexpr std::string_view locked = "locked";

[[nodiscard]] bool is_blocked_by(const RelationPermissions& relation, std::string_view reason);

/// Held on the whole relation or on one of its columns.
[[nodiscard]] PrivilegeSet held_privileges(const RelationPermissions& relation);

/// What no grant can make possible on such a relation: TRUNCATE of a view or system catalog, any
/// writing of a materialized view.
[[nodiscard]] PrivilegeSet impossible_privileges(const RelationPermissions& relation);

/// Whether a statement that needs `privilege` on the whole relation passes; nothing if that could
/// not be worked out. In doubt, no: one with "underlying relation" may still take an INSERT.
[[nodiscard]] std::optional<bool> is_usable(const RelationPermissions& relation,
                                            Privilege privilege);

/// Those of the held privileges that certainly cannot be used. In doubt, not among them.
[[nodiscard]] PrivilegeSet certainly_blocked(const RelationPermissions& relation);

/// pg_catalog, information_schema, pg_toast and temporary schemas.
[[nodiscard]] bool is_system_schema(std::string_view schema);

}  // namespace conncheck
