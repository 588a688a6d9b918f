// Names to addresses without blocking the loop.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/probe/blocking_calls.hpp"

namespace conncheck {

struct Resolved {
  std::vector<std::string> addresses;  ///< numeric, in the order of preference; empty on failure
  std::string error;                   ///< getaddrinfo's reason when there is none
  bool timed_out = false;
};

/// Runs the system's getaddrinfo (so that a name means what it means to psql) on threads of its
/// own: a name server that does not answer holds a thread, never the loop. A name asked for by
/// several checks at once is looked up once, and names that had no answer last time, or a late one,
/// hold up none but each other. Use from one loop only.
class Resolver {
 public:
  explicit Resolver(boost::asio::any_io_executor executor);
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// Addresses of `host`, waited for up to `expiry`. When nobody waits any more the look-up is
  /// dropped, or left to end by itself if it is under way.
  boost::asio::awaitable<Resolved> resolve(
      std::string host, std::optional<std::chrono::steady_clock::time_point> expiry);

 private:
  struct Lookup;
  std::shared_ptr<Lookup> lookup_of(const std::string& host);
  void leave(const std::string& host, const std::shared_ptr<Lookup>& lookup, bool answered);
  void remember(const std::string& host, const Lookup& lookup);

  BlockingCalls prompt_;
  BlockingCalls late_;
  std::map<std::string, std::shared_ptr<Lookup>> under_way_;
  std::set<std::string> known_as_late_;
};

}  // namespace conncheck
