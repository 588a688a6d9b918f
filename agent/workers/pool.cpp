#include "agent/workers/pool.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <set>
#include <system_error>
#include <thread>

#include "agent/core/assessment.hpp"
#include "agent/core/failure.hpp"

namespace asio = boost::asio;

namespace conncheck {
namespace {

using Clock = std::chrono::steady_clock;

// Two checks at once are faster in two processes even on one core: each waits for its server.
constexpr unsigned fewest_workers = 2;

// Retiring ones come on top, until there are this many times as many.
constexpr std::size_t most_generations = 4;

constexpr std::chrono::milliseconds look_interval{500};

// A loop beats every 10 ms while it has a check. The CPU time decides, as a machine under load may
// give none for long; the clock only where the process does not even want to run.
constexpr std::chrono::milliseconds most_cpu_without_beat{3000};
constexpr std::chrono::milliseconds most_sleep_without_beat{15'000};

constexpr int most_attempts = 2;

CheckReport failed_report(const Job& job, Failure failure) {
  Observation observation;
  observation.started_at = std::chrono::system_clock::now();
  observation.error = std::move(failure);
  return assess(job.connection, std::move(observation));
}

}  // namespace

struct WorkerPool::Worker {
  std::unique_ptr<WorkerProcess> process;
  std::map<std::uint32_t, std::shared_ptr<Assignment>> assignments;  ///< by slot
  std::vector<std::uint32_t> free_slots;
  bool is_retiring = false;

  std::uint64_t beats = 0;
  Clock::time_point beat_seen_at = Clock::now();
  std::chrono::milliseconds cpu_at_beat{0};

  void saw_beat(std::uint64_t count, std::chrono::milliseconds cpu) {
    beats = count;
    beat_seen_at = Clock::now();
    cpu_at_beat = cpu;
  }
};

WorkerPool::WorkerPool(asio::any_io_executor executor, int most_each)
    : executor_(std::move(executor)),
      most_each_(std::clamp<std::size_t>(static_cast<std::size_t>(std::max(most_each, 1)), 1,
                                         most_checks_of_a_worker)),
      wanted_workers_(std::max(std::thread::hardware_concurrency(), fewest_workers)),
      watch_(executor_) {}

WorkerPool::~WorkerPool() { end(); }

void WorkerPool::end() {
  for (const auto& worker : workers_) {
    worker->process->hang_up();  // all at once, as each takes its moment
  }
  workers_.clear();
  waiting_.clear();
  under_way_ = 0;
  watch_.cancel();
}

int WorkerPool::capacity() const { return static_cast<int>(wanted_workers_ * most_each_); }

int WorkerPool::busy() const {
  std::size_t busy = waiting_.size();
  for (const auto& worker : workers_) {
    const SharedPage& page = worker->process->page();
    for (const auto& [slot, assignment] : worker->assignments) {
      busy += page->checks[slot].is_quiet ? 0 : 1;
    }
  }
  return static_cast<int>(busy);
}

void WorkerPool::run(Job job, OnAnswer on_answer) {
  ++under_way_;
  assign(std::make_shared<Assignment>(Assignment{std::move(job), std::move(on_answer)}));
}

void WorkerPool::assign(std::shared_ptr<Assignment> assignment) {
  std::shared_ptr<Worker> worker;
  try {
    worker = worker_with_room();
  } catch (const std::system_error& error) {
    // Not from within run(): who calls it does not expect the answer yet.
    asio::post(executor_, [this, assignment, alive = std::weak_ptr<const bool>(alive_),
                           reason = error.code().message()] {
      if (!alive.expired()) {
        answer(assignment, {failed_report(assignment->job, local_failure(Phase::resolve, reason)),
                            std::nullopt});
      }
    });
    return;
  }
  if (!worker) {
    waiting_.push_back(std::move(assignment));
    return;
  }
  const std::uint32_t slot = worker->free_slots.back();
  worker->free_slots.pop_back();
  ++assignment->attempts;
  WorkerPage::Check& check = worker->process->page()->checks[slot];
  check.phase = static_cast<std::uint8_t>(Phase::resolve);
  check.is_quiet = false;
  if (worker->assignments.empty()) {  // its loop has had no reason to beat
    worker->saw_beat(worker->process->page()->beats, worker->process->state().cpu);
  }
  worker->process->send({MessageKind::job, slot, encode(assignment->job)});
  worker->assignments.emplace(slot, std::move(assignment));
  watch();
}

/// The one with the fewest checks, a new one where all have some; nothing: wait for one to end.
std::shared_ptr<WorkerPool::Worker> WorkerPool::worker_with_room() {
  std::shared_ptr<Worker> best;
  std::size_t usable = 0;
  for (const auto& worker : workers_) {
    if (worker->is_retiring) {
      continue;
    }
    ++usable;
    if (!best || worker->assignments.size() < best->assignments.size()) {
      best = worker;
    }
  }
  if (best && best->assignments.empty()) {
    return best;
  }
  if (usable < wanted_workers_ && workers_.size() < wanted_workers_ * most_generations) {
    return start_worker();
  }
  return best && !best->free_slots.empty() ? best : nullptr;
}

std::shared_ptr<WorkerPool::Worker> WorkerPool::start_worker() {
  const auto worker = std::make_shared<Worker>();
  for (std::size_t slot = most_each_; slot > 0; --slot) {
    worker->free_slots.push_back(static_cast<std::uint32_t>(slot - 1));
  }
  Worker* const self = worker.get();
  worker->process = std::make_unique<WorkerProcess>(
      executor_, [this, self](Message message) { hear(*self, std::move(message)); },
      [this, self] { remove(*self, {}); });
  workers_.push_back(worker);
  return worker;
}

void WorkerPool::hear(Worker& worker, Message message) {
  if (message.kind == MessageKind::retiring) {
    worker.is_retiring = true;
    end_if_retired(worker);
    return;
  }
  const auto found = worker.assignments.find(message.slot);
  std::optional<Answer> decoded = decode_answer(message.body);
  if (message.kind != MessageKind::answer || found == worker.assignments.end() || !decoded) {
    remove(worker, "an answer that cannot be read");
    return;
  }
  const std::shared_ptr<Assignment> assignment = std::move(found->second);
  worker.assignments.erase(found);
  worker.free_slots.push_back(message.slot);
  end_if_retired(worker);
  answer(assignment, std::move(*decoded));
}

void WorkerPool::end_if_retired(Worker& worker) {
  if (worker.is_retiring && worker.assignments.empty()) {
    remove(worker, {});
  }
}

/// Takes a worker away. What it had under way is started again or answered.
void WorkerPool::remove(Worker& worker, const std::string& why) {
  const auto found = std::find_if(workers_.begin(), workers_.end(),
                                  [&worker](const auto& other) { return other.get() == &worker; });
  if (found == workers_.end()) {
    return;
  }
  const std::shared_ptr<Worker> removed = std::move(*found);
  workers_.erase(found);
  const SharedPage& page = removed->process->page();
  const std::string how = removed->process->end();
  const std::uint32_t culprit = page->busy_with;
  for (const auto& [slot, assignment] : removed->assignments) {
    lost(assignment, static_cast<Phase>(page->checks[slot].phase.load()), culprit == slot + 1,
         why.empty() ? how : why);
  }
  std::deque<std::shared_ptr<Assignment>> waiting;
  waiting.swap(waiting_);
  for (std::shared_ptr<Assignment>& assignment : waiting) {
    assign(std::move(assignment));
  }
}

void WorkerPool::lost(const std::shared_ptr<Assignment>& assignment, Phase phase, bool is_culprit,
                      const std::string& why) {
  // The answer to its password may have been on its way: a second wrong one could lock an account.
  const bool may_have_been_refused = phase == Phase::login;
  if (!is_culprit && !may_have_been_refused && assignment->attempts < most_attempts) {
    assign(assignment);
    return;
  }
  answer(assignment, {failed_report(assignment->job, interrupted_failure(phase, is_culprit, why)),
                      std::nullopt});
}

void WorkerPool::answer(const std::shared_ptr<Assignment>& assignment, Answer answer) {
  --under_way_;
  assignment->on_answer(std::move(answer));
}

void WorkerPool::watch() {
  if (is_watching_) {
    return;
  }
  is_watching_ = true;
  watch_.expires_after(look_interval);
  watch_.async_wait([this](boost::system::error_code error) {
    is_watching_ = false;
    if (error) {
      return;
    }
    const std::list<std::shared_ptr<Worker>> workers = workers_;  // one may be removed
    bool is_any_under_way = false;
    for (const auto& worker : workers) {
      if (!worker->assignments.empty()) {
        is_any_under_way = true;
        look_at(*worker);
      }
    }
    if (is_any_under_way) {
      watch();
    }
  });
}

/// Removes a worker whose loop does not go on by its own fault.
void WorkerPool::look_at(Worker& worker) {
  const std::uint64_t beats = worker.process->page()->beats;
  const ThreadState state = worker.process->state();
  if (beats != worker.beats) {
    worker.saw_beat(beats, state.cpu);
    return;
  }
  const bool computes = state.cpu - worker.cpu_at_beat > most_cpu_without_beat;
  const bool sleeps =
      state.letter != 'R' && Clock::now() - worker.beat_seen_at > most_sleep_without_beat;
  if (computes || sleeps) {
    remove(worker, computes ? "it computed without end" : "it did not go on");
  }
}

}  // namespace conncheck
