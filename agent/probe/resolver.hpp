// Names to addresses without blocking the loop.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>
#include <string>
#include <vector>

namespace conncheck {

struct Resolved {
  std::vector<std::string> addresses;  ///< numeric, in the order of preference; empty on failure
  std::string error;                   ///< getaddrinfo's reason when there is none
};

/// Runs the system's getaddrinfo (so that a name means what it means to psql) on threads of its
/// own: a name server that does not answer holds a thread, never the loop. A name asked for by
/// several checks at once is looked up once. Use from one loop only.
class Resolver {
 public:
  explicit Resolver(boost::asio::any_io_executor executor);
  ~Resolver();  ///< does not wait for look-ups under way; their answers are dropped
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// Addresses of `host`. Cancelling the wait leaves the look-up to end by itself.
  boost::asio::awaitable<Resolved> resolve(std::string host);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace conncheck
