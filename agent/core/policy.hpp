// From permissions to findings: `require`, `forbid`, and the warnings that every check gives.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/connection.hpp"
#include "agent/core/observation.hpp"
#include "agent/core/report.hpp"

namespace conncheck {

/// The role to be judged, with all that is known of it. Refers to its parts, owns nothing.
/// The order of the spans does not matter: findings come in an order of their own.
struct PolicySubject {
  std::string_view connection;
  std::string_view role_name;  ///< `public`: the pseudo role
  /// Every relation, also those on which the role holds nothing.
  std::span<const RelationPermissions> relations;
  /// Schemas that the role may use are told by can_use; one that is missing may not be used.
  std::span<const SchemaPermissions> schemas;
  std::span<const RoleObservation> reachable;  ///< roles that only SET ROLE reaches
  int server_version_num = 0;                  ///< 0: not known
};

/// Every finding about the login, in the order require, forbid, warnings. Where roles are audited
/// (`roles`, --role), the rules speak of those roles rather than of the login: then neither rules
/// nor `nothing_visible` are applied here.
[[nodiscard]] std::vector<Finding> judge_login(const PolicySubject& login, const Session& session,
                                               std::span<const PolicyRule> require,
                                               std::span<const PolicyRule> forbid,
                                               bool roles_are_audited);

/// Every finding about an audited role; PUBLIC may well see nothing.
[[nodiscard]] std::vector<Finding> judge_audited_role(const PolicySubject& role,
                                                      std::span<const PolicyRule> require,
                                                      std::span<const PolicyRule> forbid);

/// `require`: critical for each relation on which a required privilege cannot be used, and for each
/// pattern that matches none; a warning where that could not be worked out. All rules together give
/// at most one of each for a relation. `fix` is there where a GRANT can help.
[[nodiscard]] std::vector<Finding> require_findings(const PolicySubject& subject,
                                                    std::span<const PolicyRule> rules);

/// `forbid`: critical for each relation on which a forbidden privilege is held, for the whole or by
/// column; a warning where it is held but cannot be used, or is reachable only by SET ROLE.
[[nodiscard]] std::vector<Finding> forbid_findings(const PolicySubject& subject,
                                                   std::span<const PolicyRule> rules);

/// A warning if no relation outside of extensions and system schemas can be read, written or
/// truncated, nor used by SELECT, INSERT, UPDATE or REFERENCES on one of its columns.
[[nodiscard]] std::optional<Finding> nothing_visible_finding(const PolicySubject& subject);

/// A warning on a standby, and where transactions are read only by default.
[[nodiscard]] std::optional<Finding> read_only_finding(std::string_view connection,
                                                       const Session& session);

/// A warning if roles that are reachable by SET ROLE alone hold what the judged one lacks.
[[nodiscard]] std::optional<Finding> set_role_reaches_more_finding(const PolicySubject& subject);

/// Critical: a role to be audited does not exist, or a pattern for roles matches none.
[[nodiscard]] Finding unknown_role_finding(std::string_view connection,
                                           std::string_view role_or_pattern);

/// Critical: a role to be audited (or a pattern) of which this server shows nothing.
[[nodiscard]] Finding role_not_audited_finding(std::string_view connection,
                                               std::string_view role_or_pattern);

/// The relations of `subject` in the order of findings: by schema, then by name, in C collation.
[[nodiscard]] std::vector<const RelationPermissions*> in_order(
    std::span<const RelationPermissions> relations);

/// Whether one of the rule's patterns matches and, for `only_applicable_kinds`, the relation is one
/// of the users' own.
[[nodiscard]] bool rule_covers(const PolicyRule& rule, const RelationPermissions& relation);

}  // namespace conncheck
