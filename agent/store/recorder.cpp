#include "agent/store/recorder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace conncheck {
namespace {

// One transaction: long enough to be cheap for each check, short enough to be soon on disk.
constexpr std::size_t most_at_once = 1000;
constexpr std::chrono::hours retention_interval{24};

}  // namespace

Recorder::Recorder(RecorderSettings settings, OnRecorded on_recorded, OnNotice on_notice)
    : settings_(std::move(settings)),
      on_recorded_(std::move(on_recorded)),
      on_notice_(std::move(on_notice)),
      retry_(settings_.first_retry),
      thread_([this] { run(); }) {}

Recorder::~Recorder() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool Recorder::offer(CheckRecord record) {
  std::size_t bytes = record.bytes();
  {
    const std::lock_guard lock(mutex_);
    if (record.roles && queued_bytes_ + bytes > settings_.queue_bytes / 4 * 3) {
      record.roles.reset();  // it will be asked for again
      bytes = record.bytes();
    }
    if (queued_bytes_ + bytes > settings_.queue_bytes) {
      ++lost_;
      return false;
    }
    queued_bytes_ += bytes;
    queue_.push_back(std::move(record));
  }
  changed_.notify_all();
  return true;
}

void Recorder::wait_until_written() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return queue_.empty() && !is_writing_; });
}

void Recorder::run() {
  while (true) {
    try {
      open();
      apply_retention();
      std::optional<std::vector<CheckRecord>> records = take();
      if (!records) {
        return;
      }
      if (!records->empty()) {
        write(std::move(*records));
      }
      tell_recovery();
    } catch (const StoreError& error) {
      tell_trouble(error);
      store_.reset();
      if (!wait_to_retry()) {
        tell_end();
        return;
      }
    }
  }
}

/// Waits until there are any, or it is time for something else. Nothing: there are none, and this
/// ends.
std::optional<std::vector<CheckRecord>> Recorder::take() {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, next_retention_, [this] { return !queue_.empty() || is_ending_; });
  if (queue_.empty() && is_ending_) {
    return std::nullopt;
  }
  const auto count = static_cast<std::ptrdiff_t>(std::min(queue_.size(), most_at_once));
  std::vector<CheckRecord> records(std::make_move_iterator(queue_.begin()),
                                   std::make_move_iterator(queue_.begin() + count));
  queue_.erase(queue_.begin(), queue_.begin() + count);
  is_writing_ = !records.empty();
  return records;
}

void Recorder::put_back(std::vector<CheckRecord> records) {
  const std::lock_guard lock(mutex_);
  queue_.insert(queue_.begin(), std::make_move_iterator(records.begin()),
                std::make_move_iterator(records.end()));
  is_writing_ = false;
}

void Recorder::write(std::vector<CheckRecord> records) {
  std::size_t bytes = 0;
  for (const CheckRecord& record : records) {
    bytes += record.bytes();
  }
  try {
    if (!store_->is_in_place()) {
      throw StoreError(StoreTrouble::unreachable, "the file is gone, or another one");
    }
    on_recorded_(store_->record(records));
  } catch (const StoreError& error) {
    if (error.trouble() != StoreTrouble::rejected) {
      put_back(std::move(records));
      throw;
    }
    write_one_by_one(std::move(records));
  }
  {
    const std::lock_guard lock(mutex_);
    queued_bytes_ -= bytes;
    is_writing_ = false;
  }
  changed_.notify_all();
}

/// One of them cannot be written, whatever the reason: it must not hold up the others for ever.
void Recorder::write_one_by_one(std::vector<CheckRecord> records) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    try {
      on_recorded_(store_->record(std::span(records).subspan(i, 1)));
    } catch (const StoreError& error) {
      on_notice_({StoreTrouble::rejected,
                  fmt::format("A check of {} was not recorded: {}; {}", records[i].connection,
                              error.what(), remedy_of(StoreTrouble::rejected))});
    }
  }
}

void Recorder::open() {
  if (!store_) {
    store_.emplace(settings_.file);
  }
}

void Recorder::apply_retention() {
  const auto now = std::chrono::steady_clock::now();
  if (now >= next_retention_) {
    store_->apply(settings_.retention, std::chrono::system_clock::now());
    next_retention_ = now + retention_interval;
  }
}

void Recorder::tell_trouble(const StoreError& error) {
  if (trouble_ == error.trouble()) {
    return;
  }
  trouble_ = error.trouble();
  on_notice_({trouble_, fmt::format("The history in {} cannot be written ({}): {}; {}. Checks go "
                                    "on, and are recorded once it can",
                                    settings_.file.string(), to_string(*trouble_), error.what(),
                                    remedy_of(*trouble_))});
}

void Recorder::tell_recovery() {
  retry_ = settings_.first_retry;
  if (!trouble_) {
    return;
  }
  trouble_.reset();
  std::size_t lost = 0;
  {
    const std::lock_guard lock(mutex_);
    std::swap(lost, lost_);
  }
  on_notice_(
      {std::nullopt, fmt::format("The history in {} is written again; {}", settings_.file.string(),
                                 lost == 0 ? "no check is missing"
                                           : fmt::format("{} check{} had no room meanwhile", lost,
                                                         lost == 1 ? "" : "s"))});
}

/// There was trouble to the end: what waited is lost.
void Recorder::tell_end() {
  std::size_t lost = 0;
  {
    const std::lock_guard lock(mutex_);
    lost = queue_.size() + lost_;
  }
  if (lost != 0) {
    on_notice_({trouble_, fmt::format("{} check{} could not be recorded in {} before the end", lost,
                                      lost == 1 ? "" : "s", settings_.file.string())});
  }
}

/// False: this ends, and what waits is lost.
bool Recorder::wait_to_retry() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, retry_, [this] { return is_ending_; });
  retry_ = std::min(retry_ * 2, settings_.last_retry);
  return !is_ending_;
}

}  // namespace conncheck
