// Where history is kept, and for how long.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace conncheck {

/// How long history is kept; what is true now is kept in any case.
struct Retention {
  std::chrono::milliseconds age{std::chrono::hours(24) * 400};
  std::int64_t runs = 10'000;  ///< of each connection
};

struct StoreSettings {
  std::string path;  ///< of the SQLite file
  Retention retention;
};

}  // namespace conncheck
