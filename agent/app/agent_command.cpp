#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdio>
#include <ctime>
#include <utility>

#include "agent/app/check_run.hpp"
#include "agent/app/commands.hpp"
#include "agent/app/configuration.hpp"
#include "agent/app/memory.hpp"
#include "agent/config/time_zone.hpp"
#include "agent/core/agenda.hpp"
#include "agent/core/maintenance.hpp"
#include "agent/core/printable.hpp"
#include "agent/render/report_words.hpp"
#include "agent/render/timestamp.hpp"

namespace asio = boost::asio;

namespace conncheck {
namespace {

// The timer's clock stands still while the machine is suspended, and knows nothing of a wall clock
// that is put right: both are looked at this often.
constexpr std::chrono::milliseconds longest_sleep{10'000};

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

Moment now() {
  timespec since_start{};
  clock_gettime(CLOCK_BOOTTIME, &since_start);
  return {std::chrono::seconds(since_start.tv_sec) + std::chrono::nanoseconds(since_start.tv_nsec),
          std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())};
}

Rhythm rhythm_of(const Connection& connection) {
  Rhythm rhythm{
      .name = connection.name,
      .schedule = connection.schedule,
      .cron = std::nullopt,
      .zone = load_time_zone(connection.schedule.timezone).value_or(cctz::utc_time_zone()),
      .tags = connection.tags};
  if (!connection.schedule.cron.empty()) {
    rhythm.cron = std::get<CronExpression>(parse_cron(connection.schedule.cron));
  }
  return rhythm;
}

std::vector<Rhythm> rhythms_of(const std::vector<Connection>& connections) {
  std::vector<Rhythm> rhythms;
  rhythms.reserve(connections.size());
  for (const Connection& connection : connections) {
    rhythms.push_back(rhythm_of(connection));
  }
  return rhythms;
}

void print_drift(const Recorded& recorded) {
  for (const Change& change : recorded.changes) {
    fmt::print("{} {} drift: {}\n", utc_timestamp(std::chrono::system_clock::now()),
               printable(recorded.connection), printable(change.message));
  }
  std::fflush(stdout);
}

void print_store_notice(const StoreNotice& notice) {
  fmt::print(stderr, "conncheck agent: {}\n", printable(notice.message));
}

void print_notice(const Maintenance::Notice& notice) {
  const Origin& origin = notice.window->origin;
  if (notice.until) {
    fmt::print(stderr, "conncheck agent: {}:{}: maintenance until {}: {} not checked\n",
               origin.file, origin.line, utc_timestamp(*notice.until),
               notice.window->tags.empty() ? "connections are" : "connections with its tags are");
  } else {
    fmt::print(stderr, "conncheck agent: {}:{}: maintenance has ended\n", origin.file, origin.line);
  }
}

/// The lines that are printed need no rows; a store wants them where their digest is a new one.
CheckOptions check_options(bool has_store) {
  return {.wants_rows = has_store, .wants_digest = has_store};
}

/// Runs each connection's check when it is due (agenda.hpp), until told to stop; then waits for the
/// checks under way, each of which ends by its own deadline.
class Agent {
 public:
  Agent(asio::io_context& loop, const Configuration& configuration)
      : connections_(configuration.connections),
        maintenance_(configuration.maintenance),
        agenda_(rhythms_of(configuration.connections), now()),
        run_(loop.get_executor(), check_options(configuration.store.has_value()),
             configuration.limits),
        timer_(loop),
        signals_(loop, SIGTERM, SIGINT) {
    if (configuration.store) {
      memory_.emplace(loop.get_executor(), *configuration.store, print_drift, print_store_notice);
    }
  }

  void start() {
    wait_for_signal();
    start_due();
  }

  /// To be called once the loop has ended; it has still to be polled.
  void close_memory() {
    if (memory_) {
      memory_->close();
    }
  }

  /// Ended because its results cannot be written any more.
  [[nodiscard]] bool output_lost() const { return output_lost_; }

 private:
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
    const Moment moment = now();
    for (const Maintenance::Notice& notice : maintenance_.update(moment.second())) {
      print_notice(notice);
    }
    for (const std::size_t index : agenda_.take_due(moment, maintenance_)) {
      run_.submit(connections_[index],
                  [this, index](const CheckReport& report) { finished(index, report); });
    }
    timer_.expires_after(until_next_look());
    timer_.async_wait([this](boost::system::error_code error) {
      if (!error && !stopping_) {
        start_due();
      }
    });
  }

  [[nodiscard]] std::chrono::milliseconds until_next_look() const {
    const Moment moment = now();
    auto wait = std::min(agenda_.until_next(moment).value_or(longest_sleep), longest_sleep);
    if (const auto change = maintenance_.next_change()) {
      wait = std::min<std::chrono::milliseconds>(wait, *change - moment.wall);
    }
    return std::max(wait, std::chrono::milliseconds(0));
  }

  void finished(std::size_t index, const CheckReport& report) {
    if (memory_) {
      memory_->remember(report);
    }
    if (!print_line(report) && !stopping_) {
      output_lost_ = true;
      stop();
    }
    agenda_.ended(index, report.error ? &*report.error : nullptr, now());
    if (!stopping_) {
      start_due();
    } else {
      end_if_idle();
    }
  }

  const std::vector<Connection>& connections_;
  Maintenance maintenance_;
  Agenda agenda_;
  CheckRun run_;
  asio::steady_timer timer_;
  asio::signal_set signals_;
  std::optional<Memory> memory_;
  bool stopping_ = false;
  bool output_lost_ = false;
};

}  // namespace

int agent_command(const std::string& config) {
  std::optional<Configuration> configuration = load_or_explain(configuration_path(config), true);
  if (!configuration) {
    return 3;
  }
  asio::io_context loop;
  Agent agent(loop, *configuration);
  agent.start();
  fmt::print(stderr, "conncheck agent: {} connection{}; SIGTERM ends it\n",
             configuration->connections.size(), configuration->connections.size() == 1 ? "" : "s");
  loop.run();
  agent.close_memory();
  loop.restart();
  loop.poll();
  if (agent.output_lost()) {
    fmt::print(stderr, "conncheck agent: ended, as standard output cannot be written\n");
    return 3;
  }
  return 0;
}

}  // namespace conncheck
