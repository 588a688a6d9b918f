// Many connections tested at once.
#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <set>
#include <string>

#include "agent/core/check_limits.hpp"
#include "agent/core/connection.hpp"
#include "agent/core/report.hpp"
#include "agent/workers/pool.hpp"

namespace conncheck {

/// How every check of a run is made, whatever its connection says.
struct CheckOptions {
  bool use_extension = true;
  bool prove = false;         ///< ask the server itself too, by EXPLAIN
  bool prove_unsafe = false;  ///< with rights that make it dangerous, too
  bool wants_rows = true;     ///< else reports have been through without_rows()
  bool wants_digest = false;  ///< reports have the digest of what is remembered of them
};

/// Starts checks: a few at a time for each server, which has only so many connections to give; a
/// few that keep us busy in all, while those that wait for their peer are bounded by descriptors,
/// and by limits that somebody set. Connections that were slow last time do not stand in the way of
/// others. The others wait their turn, and their deadline starts when they do. To be used on one
/// loop, which must not outlive it while checks are running.
class CheckRun {
 public:
  using OnReport = std::function<void(CheckReport)>;

  CheckRun(boost::asio::any_io_executor executor, CheckOptions options, CheckLimits limits = {});

  /// `on_report` is called once, on the loop. `connection` is copied.
  void submit(const Connection& connection, OnReport on_report);

  /// Drops the checks that have not started; those under way end by themselves.
  void drop_waiting();

  [[nodiscard]] bool idle() const { return pool_.under_way() == 0 && !is_any_ready(); }

  /// Ends the worker processes, with whatever they do. Lets the loop end.
  void end_workers();

 private:
  struct Waiting {
    std::string job;  ///< encoded: an eighth of what a Connection takes
    OnReport on_report;
  };
  /// A server has its checks in one of two lanes, by how they went last time.
  struct Server {
    std::list<Waiting> waiting;  ///< most have none: nothing is reserved then
    int running = 0;
    bool is_ready = false;  ///< stands in `ready_`
  };
  using Key = std::pair<bool, std::string>;  ///< whether it is the slow lane, and the server

  [[nodiscard]] bool is_any_ready() const { return !ready_[0].empty() || !ready_[1].empty(); }
  [[nodiscard]] int most_under_way() const;
  [[nodiscard]] bool has_room(const Key& key) const;
  void make_ready(const Key& key);
  void start_next();
  std::deque<std::string>* next_lane();
  void look_again_later();
  void start(const Key& key, Waiting check);
  void ended(const Key& key);
  void remember(const CheckReport& report);

  CheckOptions options_;
  CheckLimits limits_;
  WorkerPool pool_;
  boost::asio::steady_timer look_again_;
  bool is_looking_ = false;
  std::map<Key, Server> servers_;
  /// Servers with a check that may start, taking turns; the slow lane is the second.
  std::array<std::deque<std::string>, 2> ready_;
  int slow_running_ = 0;
  std::set<std::string> known_as_slow_;  ///< names of connections
};

}  // namespace conncheck
