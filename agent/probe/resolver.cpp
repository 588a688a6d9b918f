#include "agent/probe/resolver.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <boost/system/system_error.hpp>
#include <cerrno>
#include <cstring>

namespace asio = boost::asio;

namespace conncheck {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds patience{200};
constexpr BlockingCalls::Limits prompt_limits{16, patience, 48};
// A lane of its own, with no more threads than these: it may well be full.
constexpr BlockingCalls::Limits late_limits{16, std::chrono::hours(1), 16};

constexpr std::size_t most_remembered = 10'000;
constexpr std::size_t most_unnoticed = 256;

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

struct Resolver::Lookup {
  std::shared_ptr<BlockingCalls::Call> call;
  std::shared_ptr<Resolved> result;  ///< the thread writes it before the call ends
  Clock::time_point began;
  bool is_late = false;
  int waiting = 0;
};

Resolver::Resolver(asio::any_io_executor executor)
    : prompt_(executor, prompt_limits), late_(executor, late_limits) {}

/// The look-up under way, or a new one. One that nobody waits for may still be under way, and may
/// have ended unnoticed.
std::shared_ptr<Resolver::Lookup> Resolver::lookup_of(const std::string& host) {
  if (under_way_.size() > most_unnoticed) {
    std::erase_if(under_way_, [](const auto& entry) {
      return entry.second->waiting == 0 && BlockingCalls::has_ended(*entry.second->call);
    });
  }
  std::shared_ptr<Lookup>& lookup = under_way_[host];
  if (!lookup || (lookup->waiting == 0 && BlockingCalls::has_ended(*lookup->call))) {
    lookup = std::make_shared<Lookup>();
    lookup->result = std::make_shared<Resolved>();
    lookup->began = Clock::now();
    lookup->is_late = known_as_late_.contains(host);
    BlockingCalls& lane = lookup->is_late ? late_ : prompt_;
    lookup->call = lane.start([host, result = lookup->result] { *result = look_up(host, 0); });
  }
  ++lookup->waiting;
  return lookup;
}

/// An answer is for those who waited for it: the next check of this name asks anew.
void Resolver::leave(const std::string& host, const std::shared_ptr<Lookup>& lookup,
                     bool answered) {
  --lookup->waiting;
  const auto found = under_way_.find(host);
  if (found == under_way_.end() || found->second != lookup) {
    return;
  }
  remember(host, *lookup);
  const bool is_withdrawn = !answered && lookup->waiting == 0 &&
                            (lookup->is_late ? late_ : prompt_).abandon(lookup->call);
  if (answered || is_withdrawn) {
    under_way_.erase(found);
  }
}

void Resolver::remember(const std::string& host, const Lookup& lookup) {
  const bool was_late = Clock::now() - lookup.began > patience;
  if (!was_late) {
    known_as_late_.erase(host);
  } else if (known_as_late_.size() < most_remembered) {
    known_as_late_.insert(host);
  }
}

asio::awaitable<Resolved> Resolver::resolve(std::string host,
                                            std::optional<Clock::time_point> expiry) {
  const Resolved numeric = look_up(host, AI_NUMERICHOST);
  if (!numeric.addresses.empty()) {
    co_return numeric;
  }
  const std::shared_ptr<Lookup> lookup = lookup_of(host);
  bool in_time = true;
  try {
    const Clock::time_point end = expiry.value_or(Clock::time_point::max());
    const bool ended = co_await BlockingCalls::wait_until(lookup->call, end);
    in_time = ended;
  } catch (...) {
    leave(host, lookup, false);
    throw;
  }
  leave(host, lookup, in_time);
  Resolved result;
  if (in_time) {
    result = *lookup->result;
  }
  result.timed_out = !in_time;
  co_return result;
}

}  // namespace conncheck
