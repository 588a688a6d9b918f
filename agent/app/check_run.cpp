#include "agent/app/check_run.hpp"

#include <algorithm>
#include <memory>

#include "agent/app/process_setup.hpp"
#include "agent/core/assessment.hpp"
#include "agent/probe/probe.hpp"

namespace conncheck {
namespace {

constexpr int most_running = 64;
constexpr int most_running_on_a_server = 8;

// A check's socket, its double while waiting, a password command's pipe, a look-up's sockets.
constexpr int descriptors_for_a_check = 6;
constexpr int descriptors_for_the_process = 24;

/// Checks that log in to the same place, as far as the configuration tells.
std::string server_of(const Connection& connection) {
  std::string server;
  for (const char* keyword : {"host", "hostaddr", "port", "service"}) {
    const auto found = connection.parameters.find(keyword);
    server += found == connection.parameters.end() ? "" : found->second;
    server += '\n';
  }
  return server;
}

}  // namespace

CheckRun::CheckRun(boost::asio::any_io_executor executor, CheckOptions options)
    : executor_(executor),
      resolver_(executor),
      options_(options),
      max_running_(
          std::clamp((descriptor_limit() - descriptors_for_the_process) / descriptors_for_a_check,
                     1, most_running)) {}

void CheckRun::submit(const Connection& connection, OnReport on_report) {
  const std::string name = server_of(connection);
  Server& server = servers_[name];
  server.waiting.push_back({connection, std::move(on_report)});
  make_ready(name, server);
  start_next();
}

void CheckRun::drop_waiting() {
  ready_.clear();
  for (auto& [name, server] : servers_) {
    server.waiting.clear();
    server.ready = false;
  }
}

void CheckRun::make_ready(const std::string& name, Server& server) {
  if (!server.ready && !server.waiting.empty() && server.running < most_running_on_a_server) {
    server.ready = true;
    ready_.push_back(name);
  }
}

void CheckRun::start_next() {
  while (running_ < max_running_ && !ready_.empty()) {
    const std::string name = std::move(ready_.front());
    ready_.pop_front();
    Server& server = servers_[name];
    server.ready = false;
    Job job = std::move(server.waiting.front());
    server.waiting.pop_front();
    ++server.running;
    ++running_;
    make_ready(name, server);
    start(name, std::move(job));
  }
}

void CheckRun::start(const std::string& server, Job job) {
  const auto shared = std::make_shared<Job>(std::move(job));
  const Connection& connection = shared->connection;
  const ProbeOptions options{.use_extension = options_.use_extension,
                             .include_system = policy_needs_system_relations(connection),
                             .include_invisible = !connection.require.empty(),
                             .roles = connection.roles,
                             .prove = options_.prove,
                             .prove_unsafe = options_.prove_unsafe};
  start_probe(executor_, resolver_, connection, options,
              [this, shared, server](Observation observation) {
                ended(server);
                shared->on_report(assess(shared->connection, std::move(observation)));
                start_next();
              });
}

void CheckRun::ended(const std::string& name) {
  --running_;
  const auto server = servers_.find(name);
  --server->second.running;
  make_ready(name, server->second);
  if (server->second.running == 0 && server->second.waiting.empty()) {
    servers_.erase(server);
  }
}

}  // namespace conncheck
