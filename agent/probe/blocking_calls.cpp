#include "agent/probe/blocking_calls.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <ctime>
#include <deque>
#include <mutex>
#include <optional>
#include <set>
#include <system_error>
#include <thread>

namespace asio = boost::asio;

namespace conncheck {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int lowest_priority = 19;

std::chrono::nanoseconds cpu_time(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

/// `done` and `ready` belong to the loop, everything else to the mutex of the state.
class BlockingCalls::Call {
 public:
  Call(const asio::any_io_executor& executor, std::function<void()> function)
      : work(std::move(function)), done(std::in_place, executor) {
    done->expires_at(asio::steady_timer::time_point::max());
  }

  /// Only while it runs.
  [[nodiscard]] std::chrono::nanoseconds burned() const { return cpu_time(clock) - cpu_before; }

  std::function<void()> work;
  Clock::time_point began;
  bool running = false;
  bool overdue = false;    ///< another thread may take its place
  bool abandoned = false;  ///< nobody waits for it
  pid_t thread = 0;
  clockid_t clock{};
  std::chrono::nanoseconds cpu_before{0};

  std::optional<asio::steady_timer> done;  ///< cancelled when it has ended
  bool ready = false;
};

struct BlockingCalls::State : std::enable_shared_from_this<State> {
  State(asio::any_io_executor loop, Limits bounds)
      : executor(std::move(loop)), limits(bounds), patience(std::in_place, executor) {}

  void add(const std::shared_ptr<Call>& call) {
    {
      const std::lock_guard lock(mutex);
      queue.push_back(call);
      look_at_overdue();
      add_threads();
    }
    wake.notify_one();
    look_again_later();
  }

  /// While calls wait for a thread: those under way may have become overdue.
  void look_again_later() {
    if (looking) {
      return;
    }
    looking = true;
    patience->expires_after(limits.patience);
    patience->async_wait([self = shared_from_this()](boost::system::error_code error) {
      self->looking = false;
      if (!self->patience) {
        return;  // the calls' owner has gone
      }
      bool waiting = false;
      {
        const std::lock_guard lock(self->mutex);
        if (!error) {
          self->look_at_overdue();
          self->add_threads();
        }
        waiting = !self->queue.empty();
      }
      if (waiting) {
        self->look_again_later();
      }
    });
  }

  void look_at_overdue() {
    const auto now = Clock::now();
    for (const std::shared_ptr<Call>& call : running) {
      if (!call->overdue && call->began + limits.patience <= now) {
        call->overdue = true;
        ++overdue;
      }
    }
  }

  void add_threads() {
    const auto wanted = [this] {
      return queue.size() > static_cast<std::size_t>(idle) && threads - overdue < limits.at_once &&
             threads < limits.most_threads;
    };
    while (wanted()) {
      try {
        // Detached: a thread in such a call cannot be interrupted, and the program does not wait.
        std::thread([self = shared_from_this()] { self->work(); }).detach();
        ++threads;
        ++idle;  // it will be
      } catch (const std::system_error&) {
        if (threads == 0) {
          queue.pop_back();
          throw;
        }
        return;
      }
    }
  }

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      wake.wait(lock, [this] { return stopped || !queue.empty(); });
      --idle;
      if (stopped) {
        return;
      }
      const std::shared_ptr<Call> call = std::move(queue.front());
      queue.pop_front();
      begin(*call);
      running.insert(call);
      std::function<void()> function = std::move(call->work);
      lock.unlock();
      function();
      function = nullptr;
      lock.lock();
      running.erase(call);
      call->running = false;
      if (stopped) {
        return;  // the loop may be gone
      }
      asio::post(executor, [self = shared_from_this(), call, is_last = queue.empty()] {
        call->ready = true;
        call->done->cancel();
        if (is_last && self->patience) {
          self->patience->cancel();
        }
      });
      if (call->overdue) {
        --overdue;
        --threads;
        return;  // another one has its place, and its priority may be the lowest
      }
      ++idle;
    }
  }

  static void begin(Call& call) {
    call.began = Clock::now();
    call.running = true;
    call.thread = static_cast<pid_t>(syscall(SYS_gettid));
    pthread_getcpuclockid(pthread_self(), &call.clock);
    call.cpu_before = cpu_time(call.clock);
  }

  asio::any_io_executor executor;
  const Limits limits;
  std::optional<asio::steady_timer> patience;
  bool looking = false;

  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::shared_ptr<Call>> queue;
  std::set<std::shared_ptr<Call>> running;
  int threads = 0;
  int idle = 0;
  int overdue = 0;
  bool stopped = false;
};

BlockingCalls::BlockingCalls(asio::any_io_executor executor, Limits limits)
    : state_(std::make_shared<State>(std::move(executor), limits)) {}

BlockingCalls::~BlockingCalls() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopped = true;
    // A thread may hold these for longer than the loop lives, and they hold timers of the loop.
    for (const std::shared_ptr<Call>& call : state_->running) {
      call->done.reset();
    }
    state_->queue.clear();
    state_->patience.reset();
  }
  state_->wake.notify_all();
}

std::shared_ptr<BlockingCalls::Call> BlockingCalls::start(std::function<void()> work) {
  const auto call = std::make_shared<Call>(state_->executor, std::move(work));
  state_->add(call);
  return call;
}

asio::awaitable<void> BlockingCalls::wait(std::shared_ptr<Call> call) {
  while (!call->ready) {
    boost::system::error_code ended;
    auto token = asio::redirect_error(asio::use_awaitable, ended);
    co_await call->done->async_wait(token);
    const asio::cancellation_state cancellation = co_await asio::this_coro::cancellation_state;
    if (!call->ready && cancellation.cancelled() != asio::cancellation_type::none) {
      throw boost::system::system_error(asio::error::operation_aborted);
    }
  }
}

asio::awaitable<bool> BlockingCalls::wait_until(std::shared_ptr<Call> call,
                                                Clock::time_point expiry) {
  asio::steady_timer timer(co_await asio::this_coro::executor, expiry);
  while (!call->ready && Clock::now() < expiry) {
    auto either = asio::experimental::make_parallel_group(call->done->async_wait(asio::deferred),
                                                          timer.async_wait(asio::deferred));
    const auto first = asio::experimental::wait_for_one();
    co_await either.async_wait(first, asio::use_awaitable);
    const asio::cancellation_state cancellation = co_await asio::this_coro::cancellation_state;
    if (!call->ready && cancellation.cancelled() != asio::cancellation_type::none) {
      throw boost::system::system_error(asio::error::operation_aborted);
    }
  }
  co_return call->ready;
}

bool BlockingCalls::has_ended(const Call& call) { return call.ready; }

bool BlockingCalls::abandon(const std::shared_ptr<Call>& call) {
  const std::lock_guard lock(state_->mutex);
  if (!call->running) {
    return std::erase(state_->queue, call) > 0;
  }
  call->abandoned = true;
  if (!call->overdue) {
    call->overdue = true;
    ++state_->overdue;
  }
  setpriority(PRIO_PROCESS, static_cast<id_t>(call->thread), lowest_priority);
  return false;
}

std::chrono::nanoseconds BlockingCalls::burned(const Call& call) const {
  const std::lock_guard lock(state_->mutex);
  return call.running ? call.burned() : std::chrono::nanoseconds{0};
}

int BlockingCalls::under_way() const {
  const std::lock_guard lock(state_->mutex);
  return static_cast<int>(state_->running.size());
}

int BlockingCalls::left_behind() const {
  const std::lock_guard lock(state_->mutex);
  return static_cast<int>(std::count_if(state_->running.begin(), state_->running.end(),
                                        [](const auto& call) { return call->abandoned; }));
}

}  // namespace conncheck
