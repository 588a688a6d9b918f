// How many checks may be under way at once.
#pragma once

#include <optional>

namespace conncheck {

struct CheckLimits {
  std::optional<int> in_all;    ///< at least 1
  std::optional<int> per_host;  ///< at least 1; whatever the port
};

}  // namespace conncheck
