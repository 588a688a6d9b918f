#include "agent/workers/worker.hpp"

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <cstdio>
#include <map>

#include "agent/core/assessment.hpp"
#include "agent/core/role_state.hpp"
#include "agent/probe/prefetched_digest.hpp"
#include "agent/probe/probe.hpp"
#include "agent/workers/channel.hpp"
#include "agent/workers/message.hpp"
#include "agent/workers/page.hpp"

/// In a program that is built with LeakSanitizer, which looks for leaks at an orderly end only.
extern "C" __attribute__((weak)) void __lsan_do_leak_check();

namespace asio = boost::asio;

namespace conncheck {
namespace {

constexpr std::chrono::milliseconds beat{10};
constexpr std::uint64_t quiet_after_beats = 2;

/// A check under way: what its probe tells goes into the page.
class Watch : public ProbeWatch {
 public:
  Watch(const SharedPage& page, std::uint32_t slot)
      : page_(page), slot_(slot), check_(page->checks.at(slot)) {
    check_.phase = static_cast<std::uint8_t>(Phase::resolve);
    check_.is_quiet = false;
    is_heard();
  }

  void entered(Phase phase) override { check_.phase = static_cast<std::uint8_t>(phase); }

  void waits() override {
    heard_at_ = page_->beats;
    page_->busy_with = 0;
  }

  void is_heard() override {
    heard_at_ = page_->beats;
    check_.is_quiet = false;
    page_->busy_with = slot_ + 1;
  }

  /// Between two beats the loop has handled whatever had come, so a check that has heard nothing
  /// does wait for its peer, however busy this process is.
  void judge_quiet() {
    if (page_->beats - heard_at_ > quiet_after_beats) {
      check_.is_quiet = true;
    }
  }

 private:
  const SharedPage& page_;
  std::uint32_t slot_;
  WorkerPage::Check& check_;
  std::uint64_t heard_at_ = 0;
};

ProbeOptions probe_options(const Job& job) {
  return {.use_extension = job.use_extension,
          .include_system = policy_needs_system_relations(job.connection),
          .include_invisible = !job.connection.require.empty(),
          .roles = job.connection.roles,
          .question = job.question,
          .prove = job.prove,
          .prove_unsafe = job.prove_unsafe};
}

Answer answer_of(const Job& job, Observation observation) {
  if (!job.question) {
    CheckReport report = assess(job.connection, std::move(observation));
    if (job.wants_digest) {
      report.digest = digest_of(report);
    }
    return {job.wants_rows ? std::move(report) : without_rows(std::move(report)), std::nullopt};
  }
  Answer answer;
  answer.report.connection = job.connection.name;
  answer.report.started_at = observation.started_at;
  answer.report.duration = observation.duration;
  answer.report.error = std::move(observation.error);
  answer.explanation = std::move(observation.explanation);
  return answer;
}

class Worker {
 public:
  Worker()
      : page_(worker_page),
        channel_(std::make_shared<Channel>(loop_.get_executor(), worker_socket)),
        resources_(loop_.get_executor()),
        beat_(loop_) {}

  void run() {
    channel_->start([this](Message message) { begin(std::move(message)); },
                    [this] { loop_.stop(); });
    loop_.run();
  }

  [[nodiscard]] bool has_calls_under_way() const { return resources_.logins.under_way() > 0; }

 private:
  void begin(Message message) {
    std::optional<Job> decoded = decode_job(message.body);
    if (!decoded) {
      loop_.stop();
      return;
    }
    const auto job = std::make_shared<const Job>(std::move(*decoded));
    const std::uint32_t slot = message.slot;
    const auto watch = std::make_shared<Watch>(page_, slot);
    watches_[slot] = watch;
    if (watches_.size() == 1) {
      wait_for_beat();
    }
    start_probe(
        loop_.get_executor(), resources_, std::shared_ptr<const Connection>(job, &job->connection),
        probe_options(*job), watch,
        [this, job, slot](Observation observation) { finish(*job, slot, std::move(observation)); });
    watch->waits();
  }

  void finish(const Job& job, std::uint32_t slot, Observation observation) {
    page_->busy_with = slot + 1;
    channel_->send({MessageKind::answer, slot, encode(answer_of(job, std::move(observation)))});
    page_->busy_with = 0;
    watches_.erase(slot);
    if (watches_.empty()) {
      beat_.cancel();
    }
    if (resources_.logins.left_behind() > 0) {
      channel_->send({MessageKind::retiring, slot, {}});
    }
  }

  void wait_for_beat() {
    beat_.expires_after(beat);
    beat_.async_wait([this](boost::system::error_code error) {
      if (error) {
        return;
      }
      ++page_->beats;
      for (const auto& [slot, watch] : watches_) {
        watch->judge_quiet();
      }
      wait_for_beat();
    });
  }

  asio::io_context loop_{1};
  SharedPage page_;
  std::shared_ptr<Channel> channel_;
  ProbeResources resources_;
  asio::steady_timer beat_;
  std::map<std::uint32_t, std::shared_ptr<Watch>> watches_;
};

constexpr int libpq_buffer_bytes = 16 * 1024;

bool is_started_by_supervisor() {
  struct stat status {};
  return fstat(worker_socket, &status) == 0 && S_ISSOCK(status.st_mode) &&
         fstat(worker_page, &status) == 0 &&
         status.st_size == static_cast<off_t>(sizeof(WorkerPage));
}

}  // namespace

int run_worker() {
  if (!is_started_by_supervisor()) {
    std::fputs("conncheck: this command is started by conncheck itself\n", stderr);
    return 3;
  }
  prctl(PR_SET_NAME, "conncheck");   // not "exe", as it was started
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // whatever it is doing then; else the socket's end ends it
  for (const int answered_by_supervisor : {SIGINT, SIGTERM, SIGHUP}) {
    std::signal(answered_by_supervisor, SIG_IGN);
  }
  mallopt(M_ARENA_MAX, 2);  // look-ups on many threads need no memory of their own
  // libpq's two buffers of a connection that waits for its server are all but empty: they get pages
  // of their own, never written to. On the heap they would lie on what was written before.
  mallopt(M_MMAP_THRESHOLD, libpq_buffer_bytes);
  mallopt(M_TOP_PAD, libpq_buffer_bytes / 4);  // no room for one at the heap's end
  prefetch_digest();
  bool has_calls_under_way = false;
  {
    Worker worker;
    worker.run();
    has_calls_under_way = worker.has_calls_under_way();
  }
  if (__lsan_do_leak_check != nullptr && !has_calls_under_way) {
    __lsan_do_leak_check();
  }
  // Threads may still be in libraries, OpenSSL's cleaning up behind each of them included, which an
  // orderly end would take away.
  _exit(0);
}

}  // namespace conncheck
