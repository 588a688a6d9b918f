#include "agent/probe/resolver.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>

namespace asio = boost::asio;

namespace conncheck {
namespace {

constexpr int max_threads = 32;

/// With AI_NUMERICHOST in `flags` only an address is understood, and nothing blocks.
Resolved look_up(const std::string& host, int flags) {
  addrinfo hints{};
  hints.ai_flags = flags;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_family = AF_UNSPEC;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error != 0) {
    return {{}, error == EAI_SYSTEM ? std::strerror(errno) : gai_strerror(error)};
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, freeaddrinfo);
  Resolved resolved;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    char text[NI_MAXHOST];
    if (getnameinfo(entry->ai_addr, entry->ai_addrlen, text, sizeof text, nullptr, 0,
                    NI_NUMERICHOST) == 0) {
      resolved.addresses.emplace_back(text);
    }
  }
  return resolved;
}

}  // namespace

/// Look-ups wait in `queue` for a thread. Everything but `queue`, `stopped` and `threads` belongs
/// to the loop; threads hand their answers over by posting to it.
struct Resolver::State : std::enable_shared_from_this<State> {
  struct Lookup {
    explicit Lookup(const asio::any_io_executor& executor) : done(executor) {
      done.expires_at(asio::steady_timer::time_point::max());
    }
    asio::steady_timer done;  ///< cancelled when `result` is there
    bool ready = false;
    Resolved result;
  };

  explicit State(asio::any_io_executor loop) : executor(std::move(loop)) {}

  /// The look-up under way, or a new one.
  std::shared_ptr<Lookup> lookup_of(const std::string& host) {
    const auto found = under_way.find(host);
    if (found != under_way.end()) {
      return found->second;
    }
    const auto lookup = std::make_shared<Lookup>(executor);
    start(host);
    under_way[host] = lookup;
    return lookup;
  }

  void start(const std::string& host) {
    {
      const std::lock_guard lock(mutex);
      queue.push_back(host);
      // More than one look-up may wait before an idle thread has woken: each needs one of its own.
      if (queue.size() > static_cast<std::size_t>(idle) && threads < max_threads) {
        add_thread();
      }
    }
    wake.notify_one();
  }

  void add_thread() {
    try {
      // Detached: a thread in getaddrinfo cannot be interrupted, and the program does not wait.
      std::thread([self = shared_from_this()] { self->work(); }).detach();
      ++threads;
    } catch (const std::system_error&) {
      if (threads == 0) {
        queue.pop_back();
        throw;
      }
    }
  }

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      ++idle;
      wake.wait(lock, [this] { return stopped || !queue.empty(); });
      --idle;
      if (stopped) {
        return;
      }
      const std::string host = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      Resolved resolved = look_up(host, 0);
      lock.lock();
      if (stopped) {
        return;  // the loop may be gone
      }
      asio::post(executor, [self = shared_from_this(), host, resolved = std::move(resolved)] {
        self->finish(host, resolved);
      });
    }
  }

  void finish(const std::string& host, const Resolved& resolved) {
    const auto found = under_way.find(host);
    if (found == under_way.end()) {
      return;
    }
    const std::shared_ptr<Lookup> lookup = found->second;
    under_way.erase(found);
    lookup->result = resolved;
    lookup->ready = true;
    lookup->done.cancel();
  }

  asio::any_io_executor executor;
  std::map<std::string, std::shared_ptr<Lookup>> under_way;

  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::string> queue;
  int threads = 0;
  int idle = 0;
  bool stopped = false;
};

Resolver::Resolver(asio::any_io_executor executor)
    : state_(std::make_shared<State>(std::move(executor))) {}

Resolver::~Resolver() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopped = true;
  }
  state_->wake.notify_all();
  // A thread may hold the state for longer than the loop lives, and these hold timers of the loop.
  state_->under_way.clear();
}

asio::awaitable<Resolved> Resolver::resolve(std::string host) {
  const Resolved numeric = look_up(host, AI_NUMERICHOST);
  if (!numeric.addresses.empty()) {
    co_return numeric;
  }
  const std::shared_ptr<State::Lookup> lookup = state_->lookup_of(host);
  while (!lookup->ready) {
    boost::system::error_code ended;
    auto token = asio::redirect_error(asio::use_awaitable, ended);
    co_await lookup->done.async_wait(token);
    const asio::cancellation_state cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none) {
      throw boost::system::system_error(asio::error::operation_aborted);
    }
  }
  co_return lookup->result;
}

}  // namespace conncheck
