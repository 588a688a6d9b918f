// Stored conditions that demand nothing of a role, told by their text: most policies are like that.
#pragma once

#include "extension/rules/id_table.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

/// Remembers what it has found out about functions, for the length of one SQL call.
class PlainConditions {
 public:
  /// True: the condition reads columns of its own table and constants, and calls only functions
  /// that have no ACL and are not volatile; reading it as a tree would find no demands (if the
  /// columns have none: virtual ones may). False says nothing. `stored` is a pg_node_tree.
  [[nodiscard]] bool has(Datum stored);

 private:
  bool is_plain_function(Oid function);

  rules::IdTable<bool> functions_;
};

}  // namespace conncheck::server
