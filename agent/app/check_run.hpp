// Many connections tested at once.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "agent/core/connection.hpp"
#include "agent/core/report.hpp"
#include "agent/probe/resolver.hpp"

namespace conncheck {

/// How every check of a run is made, whatever its connection says.
struct CheckOptions {
  bool use_extension = true;
  bool prove = false;         ///< ask the server itself too, by EXPLAIN
  bool prove_unsafe = false;  ///< with rights that make it dangerous, too
};

/// Starts checks: a few at a time for each server, which has only so many connections to give, and
/// a bounded number in all, as the descriptors of this process are. The others wait their turn, and
/// their deadline starts when they do. To be used on one loop, which must not outlive it while
/// checks are running.
class CheckRun {
 public:
  using OnReport = std::function<void(CheckReport)>;

  CheckRun(boost::asio::any_io_executor executor, CheckOptions options);

  /// `on_report` is called once, on the loop. `connection` is copied.
  void submit(const Connection& connection, OnReport on_report);

  /// Drops the checks that have not started; those under way end by themselves.
  void drop_waiting();

  [[nodiscard]] bool idle() const { return running_ == 0 && ready_.empty(); }

 private:
  struct Job {
    Connection connection;
    OnReport on_report;
  };
  struct Server {
    std::deque<Job> waiting;
    int running = 0;
    bool ready = false;  ///< stands in `ready_`
  };
  void make_ready(const std::string& name, Server& server);
  void start_next();
  void start(const std::string& server, Job job);
  void ended(const std::string& server);

  boost::asio::any_io_executor executor_;
  Resolver resolver_;
  CheckOptions options_;
  int max_running_;
  std::map<std::string, Server> servers_;
  std::deque<std::string> ready_;  ///< servers with a check that may start, taking turns
  int running_ = 0;
};

}  // namespace conncheck
