// Durations: 500ms, 30s, 15m.
#include "agent/core/duration.hpp"

#include "tests/fuzzing/invariant.hpp"

using namespace conncheck;
using namespace conncheck::fuzzing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto duration = parse_duration(view_of(data, size));
  if (duration) {
    demand(duration->count() >= 0 && *duration <= longest_duration, "out of range");
    demand(parse_duration(format_duration(*duration)) == duration, "does not read back");
  }
  return 0;
}
