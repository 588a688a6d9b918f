// Checks, made by as many worker processes as help.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/workers/message.hpp"
#include "agent/workers/worker_process.hpp"

namespace conncheck {

/// Hands jobs to workers, which it starts as they are needed, and replaces those that have gone
/// wrong. Every job gets its answer, be it that the check could not be made. Use from one loop;
/// the workers are gone after the destructor, or end().
class WorkerPool {
 public:
  using OnAnswer = std::function<void(Answer)>;

  /// `most_each`: how many checks one worker may have under way.
  WorkerPool(boost::asio::any_io_executor executor, int most_each);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// `job`: encoded, as thousands may wait and a worker may have to get it again.
  void run(std::string job, OnAnswer on_answer);

  /// How many checks may be under way in all, how many are, and how many of those do more than
  /// wait for their peer.
  [[nodiscard]] int capacity() const;
  [[nodiscard]] int under_way() const { return under_way_; }
  [[nodiscard]] int busy() const;

  /// Ends the workers; what is under way is not answered. Lets the loop end.
  void end();

 private:
  struct Assignment {
    std::string job;  ///< encoded
    OnAnswer on_answer;
    int attempts = 0;
  };
  struct Worker;

  void assign(std::shared_ptr<Assignment> assignment);
  std::shared_ptr<Worker> worker_with_room();
  std::shared_ptr<Worker> start_worker();
  void hear(Worker& worker, Message message);
  void end_if_retired(Worker& worker);
  void remove(Worker& worker, const std::string& why);
  void lost(const std::shared_ptr<Assignment>& assignment, Phase phase, bool is_culprit,
            const std::string& why);
  void answer(const std::shared_ptr<Assignment>& assignment, Answer answer);
  void watch();
  void look_at(Worker& worker);

  boost::asio::any_io_executor executor_;
  const std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
  std::size_t most_each_;
  std::size_t wanted_workers_;
  std::list<std::shared_ptr<Worker>> workers_;
  std::deque<std::shared_ptr<Assignment>> waiting_;  ///< for a worker, when too many are retiring
  int under_way_ = 0;
  boost::asio::steady_timer watch_;
  bool is_watching_ = false;
};

}  // namespace conncheck
