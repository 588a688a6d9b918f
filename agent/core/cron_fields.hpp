// One field of a cron expression: lists, ranges, steps and names.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace conncheck {

struct CronField {
  std::string_view name;  ///< as people call it: "hour"
  int first = 0;
  int last = 0;
  std::vector<std::string_view> words;  ///< in place of `first`, `first` + 1, …
};

/// A bit for each value from 0 to 63 that is meant; nothing if it is not one of cron(5)'s forms.
[[nodiscard]] std::optional<std::uint64_t> parse_cron_field(const CronField& field,
                                                            std::string_view text);

}  // namespace conncheck
