#include "agent/app/memory.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace conncheck {

Memory::Memory(boost::asio::any_io_executor executor, const StoreSettings& settings,
               OnDrift on_drift, OnNotice on_notice)
    : executor_(std::move(executor)),
      on_drift_(std::move(on_drift)),
      on_notice_(std::move(on_notice)) {
  RecorderSettings recorder;
  recorder.file = settings.path;
  recorder.retention = settings.retention;
  recorder_ = std::make_unique<Recorder>(
      std::move(recorder),
      [this](std::vector<Recorded> recorded) {
        boost::asio::post(executor_, [this, recorded = std::move(recorded)] { learned(recorded); });
      },
      [this](StoreNotice notice) {
        boost::asio::post(executor_, [this, notice = std::move(notice)] { on_notice_(notice); });
      });
}

void Memory::remember(const CheckReport& report) {
  if (!recorder_) {
    return;
  }
  std::string& known = digests_[report.connection];
  const bool has_answer = !report.error;
  const bool is_taken = recorder_->offer(record_of(report, report.digest, known));
  if (has_answer) {
    known = is_taken ? report.digest : std::string();
  }
}

void Memory::learned(const std::vector<Recorded>& recorded) {
  for (const Recorded& each : recorded) {
    if (each.is_state_wanted) {
      digests_.erase(each.connection);
    }
    if (!each.changes.empty()) {
      on_drift_(each);
    }
  }
}

}  // namespace conncheck
