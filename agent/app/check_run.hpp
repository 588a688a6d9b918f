// Many connections tested at once.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <deque>
#include <functional>

#include "agent/core/connection.hpp"
#include "agent/core/report.hpp"
#include "agent/probe/resolver.hpp"

namespace conncheck {

/// Starts checks, at most `max_running` at a time; the others wait their turn, and their deadline
/// starts when they do. To be used on one loop, which must not outlive it while checks are running.
class CheckRun {
 public:
  using OnReport = std::function<void(CheckReport)>;

  CheckRun(boost::asio::any_io_executor executor, bool use_extension);

  /// `on_report` is called once, on the loop. `connection` is copied.
  void submit(const Connection& connection, OnReport on_report);

  /// Drops the checks that have not started; those under way end by themselves.
  void drop_waiting() { waiting_.clear(); }

  [[nodiscard]] bool idle() const { return running_ == 0 && waiting_.empty(); }

 private:
  struct Job {
    Connection connection;
    OnReport on_report;
  };
  void start_next();

  static constexpr int max_running = 64;
  boost::asio::any_io_executor executor_;
  Resolver resolver_;
  bool use_extension_;
  std::deque<Job> waiting_;
  int running_ = 0;
};

}  // namespace conncheck
