#include "agent/app/check_run.hpp"

#include <memory>

#include "agent/core/assessment.hpp"
#include "agent/probe/probe.hpp"

namespace conncheck {

CheckRun::CheckRun(boost::asio::any_io_executor executor, bool use_extension)
    : executor_(executor), resolver_(executor), use_extension_(use_extension) {}

void CheckRun::submit(const Connection& connection, OnReport on_report) {
  waiting_.push_back({connection, std::move(on_report)});
  start_next();
}

void CheckRun::start_next() {
  while (running_ < max_running && !waiting_.empty()) {
    ++running_;
    const auto job = std::make_shared<Job>(std::move(waiting_.front()));
    waiting_.pop_front();
    const ProbeOptions options{.use_extension = use_extension_,
                               .include_system = policy_needs_system_relations(job->connection),
                               .include_invisible = !job->connection.require.empty(),
                               .roles = job->connection.roles};
    start_probe(executor_, resolver_, job->connection, options,
                [this, job](Observation observation) {
                  --running_;
                  job->on_report(assess(job->connection, std::move(observation)));
                  start_next();
                });
  }
}

}  // namespace conncheck
