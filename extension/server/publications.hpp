// Publications, as UPDATE and DELETE meet them.
#pragma once

#include <optional>
#include <string>

#include "extension/rules/relation.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

struct RefusingPublication {
  std::string name;
  rules::RelationId table = InvalidOid;  ///< the table itself, a partition or a child of it
};

/// One that publishes such writes to a table without a replica identity: the server then refuses
/// them to everybody, whether or not somebody subscribes.
[[nodiscard]] std::optional<RefusingPublication> publication_that_refuses(rules::RelationId table,
                                                                          rules::Write write);

}  // namespace conncheck::server
