// The views, and the tables with policies, that are being put in place of their names. The server
// refuses to expand one within itself, whatever role is asked and whatever is read of it.
#pragma once

#include <cstddef>
#include <vector>

#include "extension/rules/relation.hpp"

namespace conncheck::rules {

class ExpansionPath {
 public:
  [[nodiscard]] bool empty() const { return path_.empty(); }
  /// Is the relation being expanded?
  [[nodiscard]] bool contains(RelationId relation) const;

  /// Begins one; what it returns is for leave().
  [[nodiscard]] std::size_t enter(RelationId relation);
  /// Ends the one begun last. Returns it and everything that was expanded within it, sorted.
  std::vector<RelationId> leave(std::size_t mark);
  /// For what has been expanded elsewhere and is remembered; false if it would lead back.
  [[nodiscard]] bool repeat(const std::vector<RelationId>& expanded);

 private:
  std::vector<RelationId> path_;      ///< outermost first
  std::vector<RelationId> expanded_;  ///< since the outermost began
};

}  // namespace conncheck::rules
