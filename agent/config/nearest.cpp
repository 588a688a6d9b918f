#include "agent/config/nearest.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace conncheck {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

/// Optimal string alignment distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        table[i][j] = i + j;
        continue;
      }
      const std::size_t replaced = table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      table[i][j] = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        table[i][j] = std::min(table[i][j], table[i - 2][j - 2] + 1);
      }
    }
  }
  return table[a.size()][b.size()];
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view written,
                                        const std::vector<std::string_view>& words) {
  constexpr std::size_t longest_word = 64;  // the table grows with the square of it
  if (written.size() > longest_word) {
    return std::nullopt;
  }
  const std::string wanted = lower(written);
  std::optional<std::string_view> best;
  std::size_t best_distance = 0;
  for (const std::string_view word : words) {
    const std::size_t steps = distance(wanted, lower(word));
    if (steps <= 1 + word.size() / 4 && steps < word.size() && (!best || steps < best_distance)) {
      best = word;
      best_distance = steps;
    }
  }
  return best;
}

}  // namespace conncheck
