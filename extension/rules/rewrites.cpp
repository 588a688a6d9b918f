#include "extension/rules/rewrites.hpp"

#include <algorithm>
#include <set>

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

std::vector<int> UpdatableView::named_beneath(const std::vector<int>& of_view) const {
  std::set<int> beneath(named.begin(), named.end());
  for (const int column : of_view) {
    for (const std::vector<ColumnPair>* pairs : {&columns, &computed}) {
      for (const ColumnPair& pair : *pairs) {
        if (column == 0 || column == pair.of_view) {
          beneath.insert(pair.of_base);
        }
      }
    }
  }
  return {beneath.begin(), beneath.end()};
}

}  // namespace conncheck::rules
