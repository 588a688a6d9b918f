#include "extension/rules/expansion_path.hpp"

#include <algorithm>

namespace conncheck::rules {

bool ExpansionPath::contains(RelationId relation) const {
  return std::find(path_.begin(), path_.end(), relation) != path_.end();
}

std::size_t ExpansionPath::enter(RelationId relation) {
  const std::size_t mark = expanded_.size();
  path_.push_back(relation);
  expanded_.push_back(relation);
  return mark;
}

std::vector<RelationId> ExpansionPath::leave(std::size_t mark) {
  const auto first = expanded_.begin() + static_cast<std::ptrdiff_t>(mark);
  std::sort(first, expanded_.end());
  expanded_.erase(std::unique(first, expanded_.end()), expanded_.end());
  path_.pop_back();
  std::vector<RelationId> result(expanded_.begin() + static_cast<std::ptrdiff_t>(mark),
                                 expanded_.end());
  if (path_.empty()) {
    expanded_.clear();
  }
  return result;
}

bool ExpansionPath::repeat(const std::vector<RelationId>& expanded) {
  if (std::any_of(path_.begin(), path_.end(), [&](RelationId each) {
        return std::binary_search(expanded.begin(), expanded.end(), each);
      })) {
    return false;
  }
  if (!path_.empty()) {
    expanded_.insert(expanded_.end(), expanded.begin(), expanded.end());
  }
  return true;
}

}  // namespace conncheck::rules
