#include "agent/app/check_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "agent/app/process_setup.hpp"

namespace conncheck {
namespace {

// Checks that do more than wait for their peer. Each takes some 5 ms of CPU time, 30 with a large
// file of certificates: all of them together stay far from any deadline.
constexpr int most_busy = 128;
constexpr int most_running_on_a_server = 8;

// A check's socket and its double while waiting; a password command's pipe comes before these.
constexpr int descriptors_for_a_check = 3;
constexpr int descriptors_for_a_worker = 200;

// Room is kept for checks that are not known to be slow.
constexpr int slow_share_in_percent = 75;
constexpr std::chrono::milliseconds slow{2000};

constexpr std::chrono::milliseconds look_interval{10};

/// Checks that log in to the same place, as far as the configuration tells.
std::string server_of(const Connection& connection, bool by_host_alone) {
  std::string server;
  for (const std::string_view keyword : {"host", "hostaddr", "port", "service"}) {
    if (by_host_alone && keyword == "port") {
      continue;
    }
    const auto found = connection.parameters.find(std::string(keyword));
    server += found == connection.parameters.end() ? "" : found->second;
    server += '\n';
  }
  if (connection.tunnel) {  // a bastion has only so many logins to give, whatever lies behind it
    return fmt::format("{}\n{}\n", connection.tunnel->host,
                       by_host_alone ? "" : connection.tunnel->port);
  }
  return server;
}

}  // namespace

CheckRun::CheckRun(boost::asio::any_io_executor executor, CheckOptions options, CheckLimits limits)
    : options_(options),
      limits_(limits),
      pool_(executor, (descriptor_limit() - descriptors_for_a_worker) / descriptors_for_a_check),
      look_again_(executor) {}

void CheckRun::submit(const Connection& connection, OnReport on_report) {
  const Key key{known_as_slow_.contains(connection.name),
                server_of(connection, limits_.per_host.has_value())};
  Server& server = servers_[key];
  const Job job{.connection = connection,
                .use_extension = options_.use_extension,
                .prove = options_.prove,
                .prove_unsafe = options_.prove_unsafe,
                .wants_rows = options_.wants_rows,
                .wants_digest = options_.wants_digest,
                .question = std::nullopt};
  server.waiting.push_back({encode(job), std::move(on_report)});
  make_ready(key);
  if (!is_looking_) {
    start_next();
  }
}

void CheckRun::drop_waiting() {
  for (auto& lane : ready_) {
    lane.clear();
  }
  for (auto& [key, server] : servers_) {
    server.waiting.clear();
    server.is_ready = false;
  }
  look_again_.cancel();
}

void CheckRun::end_workers() {
  drop_waiting();
  pool_.end();
}

int CheckRun::most_under_way() const {
  return std::min(pool_.capacity(), limits_.in_all.value_or(pool_.capacity()));
}

/// A limit that somebody set holds for both lanes together; ours is for each, so that slow checks
/// do not take the places of others.
bool CheckRun::has_room(const Key& key) const {
  int running = 0;
  for (const bool is_slow : {false, true}) {
    const auto server = servers_.find({is_slow, key.second});
    const bool counts = limits_.per_host || is_slow == key.first;
    running += counts && server != servers_.end() ? server->second.running : 0;
  }
  return running < limits_.per_host.value_or(most_running_on_a_server);
}

void CheckRun::make_ready(const Key& key) {
  const auto server = servers_.find(key);
  if (server != servers_.end() && !server->second.is_ready && !server->second.waiting.empty() &&
      has_room(key)) {
    server->second.is_ready = true;
    ready_[key.first ? 1 : 0].push_back(key.second);
  }
}

/// Nothing: none may start now.
std::deque<std::string>* CheckRun::next_lane() {
  if (pool_.under_way() >= most_under_way()) {
    return nullptr;
  }
  if (!ready_[0].empty()) {
    return ready_.data();
  }
  const int most_slow = std::max(1, most_under_way() * slow_share_in_percent / 100);
  return !ready_[1].empty() && slow_running_ < most_slow ? &ready_[1] : nullptr;
}

void CheckRun::start_next() {
  if (!is_any_ready()) {
    return;
  }
  int busy = pool_.busy();
  while (std::deque<std::string>* lane = next_lane()) {
    if (busy >= most_busy) {
      look_again_later();
      return;
    }
    const Key key{lane == &ready_[1], std::move(lane->front())};
    lane->pop_front();
    Server& server = servers_[key];
    server.is_ready = false;
    if (!has_room(key)) {
      continue;  // the other lane has taken it: ended() sees to this one
    }
    Waiting check = std::move(server.waiting.front());
    server.waiting.pop_front();
    ++server.running;
    make_ready(key);
    ++busy;
    start(key, std::move(check));
  }
}

/// One that is under way may turn out to wait for its peer only, and nothing else tells.
void CheckRun::look_again_later() {
  if (is_looking_) {
    return;
  }
  is_looking_ = true;
  look_again_.expires_after(look_interval);
  look_again_.async_wait([this](boost::system::error_code error) {
    is_looking_ = false;
    if (!error) {
      start_next();
    }
  });
}

void CheckRun::start(const Key& key, Waiting check) {
  slow_running_ += key.first ? 1 : 0;
  pool_.run(std::move(check.job),
            [this, key, on_report = std::move(check.on_report)](Answer answer) {
              ended(key);
              remember(answer.report);
              on_report(std::move(answer.report));
              start_next();
            });
}

void CheckRun::ended(const Key& key) {
  slow_running_ -= key.first ? 1 : 0;
  const auto server = servers_.find(key);
  --server->second.running;
  make_ready(key);
  make_ready({!key.first, key.second});
  if (server->second.running == 0 && server->second.waiting.empty()) {
    servers_.erase(server);
  }
}

void CheckRun::remember(const CheckReport& report) {
  if (report.duration.total >= slow) {
    known_as_slow_.insert(report.connection);
  } else {
    known_as_slow_.erase(report.connection);
  }
}

}  // namespace conncheck
