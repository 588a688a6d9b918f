// Rules and INSTEAD OF triggers of one relation, as pg_rewrite and pg_trigger have them.
#pragma once

#include "extension/rules/rewriting.hpp"
#include "extension/server/relations.hpp"

namespace conncheck::server {

/// Rules that are disabled, or enabled for replicas only, do not count.
[[nodiscard]] rules::Rewrites read_rewrites(const RelationRow& relation);

/// Has the database any rule that does something instead of a write?
[[nodiscard]] bool some_rules_are_instead();

}  // namespace conncheck::server
