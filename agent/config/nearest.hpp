// The word that somebody probably meant.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace conncheck {

/// The word of `words` that differs from `written` by the fewest insertions, deletions,
/// replacements and swaps of neighbours, if that is few enough for a slip. Case is ignored.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view written,
                                                      const std::vector<std::string_view>& words);

}  // namespace conncheck
