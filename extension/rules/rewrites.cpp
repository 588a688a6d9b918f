#include "extension/rules/rewrites.hpp"

#include <algorithm>

namespace conncheck::rules {

std::optional<std::vector<int>> UpdatableView::mapped(const std::vector<int>& of_view) const {
  std::vector<int> base_columns;
  for (const int column : of_view) {
    const auto pair = std::find_if(columns.begin(), columns.end(),
                                   [&](const auto& each) { return each.of_view == column; });
    if (pair == columns.end()) {
      return std::nullopt;
    }
    base_columns.push_back(pair->of_base);
  }
  return base_columns;
}

}  // namespace conncheck::rules
