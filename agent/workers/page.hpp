// What a worker and its supervisor see of each other at any time, even when the worker has crashed.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace conncheck {

inline constexpr std::size_t most_checks_of_a_worker = 4096;

/// Written by the worker, read by the supervisor; zero at first.
struct WorkerPage {
  struct Check {
    std::atomic<std::uint8_t> phase;  ///< Phase
    /// Only waits for its peer, and has for at least two beats.
    std::atomic<bool> is_quiet;
  };

  std::atomic<std::uint64_t> beats;      ///< grows while the worker's loop goes on
  std::atomic<std::uint32_t> busy_with;  ///< 1 + the slot of the check that the loop works on, or 0
  std::array<Check, most_checks_of_a_worker> checks;
};

/// The page in memory that two processes share.
class SharedPage {
 public:
  SharedPage();                         ///< a new one; throws std::system_error
  explicit SharedPage(int descriptor);  ///< one that another process has made; takes it over
  ~SharedPage();
  SharedPage(const SharedPage&) = delete;
  SharedPage& operator=(const SharedPage&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  WorkerPage* operator->() const { return page_; }

 private:
  void map();

  int descriptor_;
  WorkerPage* page_ = nullptr;
};

}  // namespace conncheck
