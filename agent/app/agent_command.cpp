#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdio>
#include <queue>

#include "agent/app/check_run.hpp"
#include "agent/app/commands.hpp"
#include "agent/app/configuration.hpp"
#include "agent/core/printable.hpp"
#include "agent/core/retry.hpp"
#include "agent/core/schedule.hpp"
#include "agent/render/report_words.hpp"
#include "agent/render/timestamp.hpp"

namespace asio = boost::asio;

namespace conncheck {
namespace {

using Clock = std::chrono::steady_clock;

std::size_t finding_count(const CheckReport& report) {
  std::size_t count = report.login.findings.size();
  for (const RolePermissions& role : report.roles) {
    count += role.findings.size();
  }
  return count;
}

std::string outcome(const CheckReport& report) {
  if (report.error) {
    return fmt::format("{} ({}): {}", to_string(report.error->code), to_string(report.error->phase),
                       report.error->message);
  }
  const std::size_t findings = finding_count(report);
  return summary_words(report.login.summary) +
         (findings == 0 ? "" : fmt::format("; {} finding{}", findings, findings == 1 ? "" : "s"));
}

/// False: nobody can read it any more.
bool print_line(const CheckReport& report) {
  fmt::print("{} {} {} {} ms: {}\n", utc_timestamp(report.started_at), printable(report.connection),
             to_string(report.status), report.duration.total.count(), outcome(report));
  return std::fflush(stdout) == 0;
}

/// Runs each connection's check when it is due, never the same one twice at a time, and sooner
/// again after a failure that may pass (retry.hpp), until told to stop; then waits for the checks
/// under way, each of which ends by its own deadline.
class Agent {
 public:
  Agent(asio::io_context& loop, const std::vector<Connection>& connections)
      : connections_(connections),
        progress_(connections.size()),
        run_(loop.get_executor(), CheckOptions{}),
        timer_(loop),
        signals_(loop, SIGTERM, SIGINT) {
    const auto now = Clock::now();
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      progress_[i].turn = now;
      due_.push({now, i});
    }
  }

  void start() {
    wait_for_signal();
    start_due();
  }

  /// Ended because its results cannot be written any more.
  [[nodiscard]] bool output_lost() const { return output_lost_; }

 private:
  struct Due {
    Clock::time_point at;
    std::size_t connection;
    bool operator>(const Due& other) const { return at > other.at; }
  };

  struct Progress {
    std::uint64_t turns = 0;
    Clock::time_point turn;      ///< the schedule's next one, or the one under way
    std::uint64_t failures = 0;  ///< in a row
  };

  void wait_for_signal() {
    signals_.async_wait([this](boost::system::error_code error, int signal) {
      if (error) {
        return;
      }
      if (stopping_) {
        std::fflush(stdout);
        run_.end_workers();
        _exit(128 + signal);  // asked twice: do not wait for the checks under way
      }
      const bool is_done = run_.idle();
      stop();
      if (!is_done) {
        wait_for_signal();
      }
    });
  }

  void stop() {
    stopping_ = true;
    timer_.cancel();
    run_.drop_waiting();
    end_if_idle();
  }

  void end_if_idle() {
    if (run_.idle()) {
      signals_.cancel();
      run_.end_workers();
    }
  }

  void start_due() {
    while (!due_.empty() && due_.top().at <= Clock::now()) {
      const Due due = due_.top();
      due_.pop();
      run_.submit(connections_[due.connection],
                  [this, due](const CheckReport& report) { finished(due, report); });
    }
    if (due_.empty()) {
      return;  // all are under way: the first one to end sets the timer
    }
    timer_.expires_at(due_.top().at);
    timer_.async_wait([this](boost::system::error_code error) {
      if (!error && !stopping_) {
        start_due();
      }
    });
  }

  void finished(const Due& due, const CheckReport& report) {
    if (!print_line(report) && !stopping_) {
      output_lost_ = true;
      stop();
    }
    due_.push({next_time(due.connection, report), due.connection});
    if (!stopping_) {
      start_due();
    } else {
      end_if_idle();
    }
  }

  /// A turn that has come while a check was under way is over: two checks in a row would be a
  /// hurry.
  Clock::time_point next_time(std::size_t index, const CheckReport& report) {
    const Connection& connection = connections_[index];
    Progress& progress = progress_[index];
    const auto now = Clock::now();
    if (progress.turn <= now) {
      const auto wait = interval(connection.schedule, connection.name, progress.turns++);
      progress.turn = next_due(progress.turn, wait, now);
    }
    progress.failures = report.error ? progress.failures + 1 : 0;
    const auto until_turn =
        std::chrono::duration_cast<std::chrono::milliseconds>(progress.turn - now);
    const auto delay =
        report.error ? retry_delay(*report.error, progress.failures, connection.name, until_turn)
                     : std::nullopt;
    return delay ? now + *delay : progress.turn;
  }

  const std::vector<Connection>& connections_;
  std::vector<Progress> progress_;
  CheckRun run_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
  asio::steady_timer timer_;
  asio::signal_set signals_;
  bool stopping_ = false;
  bool output_lost_ = false;
};

bool schedules_are_supported(const std::vector<Connection>& connections) {
  bool supported = true;
  for (const Connection& connection : connections) {
    if (!connection.schedule.cron.empty()) {
      fmt::print(stderr,
                 "{}:{}: error: connection {}: schedule.cron has no effect in this version: write "
                 "schedule: {{every: 15m}}\n",
                 connection.origin.file, connection.origin.line, connection.name);
      supported = false;
    }
  }
  return supported;
}

}  // namespace

int agent_command(const std::string& config) {
  std::optional<Configuration> configuration = load_or_explain(configuration_path(config), true);
  if (!configuration || !schedules_are_supported(configuration->connections)) {
    return 3;
  }
  asio::io_context loop;
  Agent agent(loop, configuration->connections);
  agent.start();
  fmt::print(stderr, "conncheck agent: {} connection{}; SIGTERM ends it\n",
             configuration->connections.size(), configuration->connections.size() == 1 ? "" : "s");
  loop.run();
  if (agent.output_lost()) {
    fmt::print(stderr, "conncheck agent: ended, as standard output cannot be written\n");
    return 3;
  }
  return 0;
}

}  // namespace conncheck
