// The parts of the catalog query. Each is a list of common table expressions (WITH …), ends with a
// comma, and builds on those of the parts before it.
#pragma once

#include <string>

namespace conncheck {

inline constexpr int postgres_14 = 140000;
inline constexpr int postgres_15 = 150000;
inline constexpr int postgres_16 = 160000;
inline constexpr int postgres_17 = 170000;
inline constexpr int postgres_18 = 180000;

// In all of them privileges are bits, in the order in which they are reported: SELECT 1, INSERT 2,
// UPDATE 4, DELETE 8, TRUNCATE 16, REFERENCES 32, TRIGGER 64, MAINTAIN 128; with grant option
// 256 times as much.

/// `me` (the audited role), `schemas`, `relations` with the privileges `held` on each as a whole.
[[nodiscard]] std::string relations_part(int server_version_num);

/// `by_column`: what is held by column only. One row for each relation of which there is something.
[[nodiscard]] std::string columns_part();

/// `foreign_tables`: what their wrappers take, and whether they demand a user mapping.
[[nodiscard]] std::string foreign_tables_part(int server_version_num);

/// `rules`, the stored rules (a view is one, too) beneath what the role sees; `checks`, the
/// permission checks that they and row security policies bring along; `failing_nodes` and
/// `failing`, what of them does not pass, by a relation or by a function that is called;
/// `unreadable` and `uncallable`, the relations that cannot be read for the one or the other;
/// `refused_by_policies`, the writes that a table's own policies do not let pass.
[[nodiscard]] std::string stored_rules_part(int server_version_num);

/// `updatable_views`: which views beneath what can be `written` the server updates by itself, and
/// how. Builds, as the next one, on the first part of stored_rules_part(), and so does what that
/// goes on with on them.
[[nodiscard]] std::string updatable_views_part(int server_version_num);

/// `rules`, `stored`, `entries`: of all that is stored what the server does not drop.
[[nodiscard]] std::string vanishing_part();

/// `forbidden_functions`: what the role must not execute, by number; `forbidden_domains`: what
/// casts to call such.
[[nodiscard]] std::string forbidden_functions_part();

/// `calls`: where such functions are called by what is stored; `column_calls` and `column_checks`:
/// what of that, and of permission checks, is for one column of a view only; `column_uses`: what
/// columns of views beneath are used for. Builds on the first half of stored_rules_part().
[[nodiscard]] std::string dropped_part(int server_version_num);

/// `refused_writes`: where every write that finds a row calls a function that the role must not
/// execute, as events.
[[nodiscard]] std::string written_expressions_part(int server_version_num);

/// `view_writes`: what each relation with rules takes, and which writes to it pass: `usable` as far
/// as relations are concerned, `callable` as far as functions are; which of them rules make nothing
/// of, so that no privilege is asked for.
[[nodiscard]] std::string view_writes_part(int server_version_num);

}  // namespace conncheck
