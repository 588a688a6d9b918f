// The SQL of a proof, beside the EXPLAINs themselves (agent/core/proof.hpp).
#pragma once

namespace conncheck {

/// A role that the current or the session user can act as and that may do what others' functions
/// must not: a superuser, or a predefined role. Columns: member, role, is_superuser. At most one
/// row; no parameter. Not pg_database_owner: it has no right that the owner has not.
[[nodiscard]] const char* powerful_role_query();

/// What statements need to know of relations. Parameter: $1 JSON, an array of {"i", "s", "t"}, a
/// number and the names of schema and relation. Columns: the number, whether it is a view, has
/// rules, has a default from a sequence, has or is referenced by a foreign key; columns that can be
/// written (JSON), and which of them are GENERATED ALWAYS AS IDENTITY (JSON).
[[nodiscard]] const char* proof_subjects_query();

}  // namespace conncheck
