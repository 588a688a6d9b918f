// The other way round: from the few functions that a role must not execute to the tables where
// writing a row may call one. A catalog has many tables, and hardly any such function is called.
#pragma once

#include <vector>

#include "extension/rules/relation.hpp"
#include "extension/rules/role.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

/// What the relations have at all: pg_class tells, and much need not be read.
struct RelationTraits {
  bool some_have_checks = true;
  bool some_have_triggers = true;
};

/// Sorted. Every relation of whose written expressions (written_expressions.hpp) one calls a
/// function that the role must not execute is among them; others may be.
[[nodiscard]] std::vector<rules::RelationId> relations_with_refused_calls(rules::Role& role,
                                                                          RelationTraits traits);

}  // namespace conncheck::server
