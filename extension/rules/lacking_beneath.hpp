// What exactly is lacking beneath a relation, where Rewriting only says that something is.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "extension/rules/rewriting.hpp"

namespace conncheck::rules {

/// One thing without which a statement fails underneath: a privilege on a relation, EXECUTE on a
/// function, or else a user mapping for a foreign table.
struct Lack {
  RoleId role = public_role;  ///< whom the server asks there
  RelationId relation = 0;    ///< unless it is a function
  std::optional<Privilege> privilege;
  std::optional<FunctionId> function;

  friend bool operator==(const Lack&, const Lack&) = default;
};

struct LackingBeneath {
  std::vector<Lack> lacks;  ///< in the order in which they are met
  /// No grant mends it: a view that reads itself, a relation that takes no such write, …
  bool otherwise = false;
};

/// A statement on a relation: a read, or one of the writes (nullopt: a read).
using Statement = std::optional<Write>;

/// Finds out by supposing that all is granted, but one thing after the other. `between` is called
/// before each of these judgements, as views can be many.
[[nodiscard]] LackingBeneath lacking_beneath(RelationSource& source, RoleId audited,
                                             RelationId relation, Statement statement,
                                             const std::function<void()>& between);

}  // namespace conncheck::rules
