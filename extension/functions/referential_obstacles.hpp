// What stops a write at a foreign key: the server checks it as the owner of the other table.
#pragma once

#include "extension/functions/obstacles.hpp"
#include "extension/rules/rewrites.hpp"

namespace conncheck::functions {

/// `table`: the one that takes the rows in the end. What is asked only where a key changes is
/// told of every UPDATE.
void add_referential_obstacles(server::Roles& roles, rules::RelationSource& source,
                               rules::RelationId table, rules::Write write,
                               std::vector<Obstacle>& obstacles);

}  // namespace conncheck::functions
