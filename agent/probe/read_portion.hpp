// How much of a server's words libpq is given at a time, and what that may cost.
#pragma once

#include <chrono>

namespace conncheck {

/// libpq's time for a server's parameters grows with the square of their number. What honest
/// servers say in one portion takes it less than a millisecond.
constexpr std::chrono::milliseconds max_for_portion{50};
constexpr const char* costly_portion =
    "the server sends more beside its answer than any server has to say";

/// CPU time. No clock would do: a machine under load is no server's fault.
[[nodiscard]] std::chrono::nanoseconds thread_cpu_time();

/// While one lives, recv() on this thread gives 16 kB in all, and then says that there is no more
/// for now. libpq reads as much in one call as its buffer holds, which is as large as the largest
/// message has been, and takes all of it apart before it returns.
class ReadPortion {
 public:
  ReadPortion();
  ReadPortion(const ReadPortion&) = delete;
  ReadPortion& operator=(const ReadPortion&) = delete;
  ~ReadPortion();
};

}  // namespace conncheck
