// What stops statements on tables, views and foreign tables, beside the privilege on them.
#pragma once

#include "extension/functions/obstacles.hpp"
#include "extension/rules/relation.hpp"

namespace conncheck::functions {

/// Adds what lies beneath a view or in its way, foreign keys, defaults, row security, …; nothing
/// for sequences. See find_obstacles().
void add_relation_obstacles(server::Roles& roles, rules::Role& role, rules::RelationId relation,
                            Privilege privilege, std::vector<Obstacle>& obstacles);

}  // namespace conncheck::functions
