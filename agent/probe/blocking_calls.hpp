// Calls that last as long as somebody else likes, beside the loop.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>

namespace conncheck {

/// Runs calls that a name server or a database server can make as long as it likes on threads of
/// its own: they hold a thread, never the loop. A few run at once; one that lasts longer than
/// `patience` does not count among those any more and another thread takes its place, up to a
/// bound. Use from one loop only.
class BlockingCalls {
 public:
  struct Limits {
    int at_once = 1;
    std::chrono::milliseconds patience{50};
    int most_threads = 64;
  };
  class Call;

  BlockingCalls(boost::asio::any_io_executor executor, Limits limits);
  ~BlockingCalls();  ///< does not wait for calls under way
  BlockingCalls(const BlockingCalls&) = delete;
  BlockingCalls& operator=(const BlockingCalls&) = delete;

  /// Starts `work` as soon as a thread is free. What it captures is released on that thread.
  std::shared_ptr<Call> start(std::function<void()> work);

  /// Waits for its end; several may. Cancelling the wait leaves the call to end by itself.
  static boost::asio::awaitable<void> wait(std::shared_ptr<Call> call);

  /// The same up to `expiry`. False: that came first.
  static boost::asio::awaitable<bool> wait_until(std::shared_ptr<Call> call,
                                                 std::chrono::steady_clock::time_point expiry);

  /// Nobody waits for the result any more. True: it had not begun and never will; else it takes
  /// only the CPU time that nobody else wants.
  bool abandon(const std::shared_ptr<Call>& call);

  [[nodiscard]] static bool has_ended(const Call& call);

  /// The CPU time that it has taken so far, while it runs.
  [[nodiscard]] std::chrono::nanoseconds burned(const Call& call) const;

  /// How many run, and how many of them though they were abandoned.
  [[nodiscard]] int under_way() const;
  [[nodiscard]] int left_behind() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace conncheck
