// The thread that owns the store: nothing that waits for a disk runs on the agent's loop.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agent/store/store.hpp"

namespace conncheck {

/// Something to tell about the store; each is told once, however often it is tried again.
struct StoreNotice {
  std::optional<StoreTrouble> trouble;  ///< nothing: it can be written again
  std::string message;                  ///< a sentence without its full stop
};

struct RecorderSettings {
  std::filesystem::path file;
  Retention retention;
  /// What may wait while the store cannot be written, in about so many bytes.
  std::size_t queue_bytes = std::size_t{32} << 20U;
  std::chrono::milliseconds first_retry{250};  ///< doubled each time
  std::chrono::milliseconds last_retry{30'000};
};

/// Writes records in their order, those that wait together in one transaction. While the store
/// cannot be written they wait, up to a limit; it is tried again and again, and nothing is lost
/// that has found room. Destroyed, it writes what waits, or says how many it could not.
class Recorder {
 public:
  using OnRecorded = std::function<void(std::vector<Recorded>)>;
  using OnNotice = std::function<void(StoreNotice)>;

  /// Both are called on the recorder's thread, and must not wait for it.
  Recorder(RecorderSettings settings, OnRecorded on_recorded, OnNotice on_notice);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  /// False: no room, the record is lost (the notice that the store is back counts them). Where
  /// there is little, the state in it is left out, and the store asks for it. Never waits.
  bool offer(CheckRecord record);

  /// All that was offered has been written, or dropped as rejected. For tests.
  void wait_until_written();

 private:
  void run();
  [[nodiscard]] std::optional<std::vector<CheckRecord>> take();
  void put_back(std::vector<CheckRecord> records);
  void write(std::vector<CheckRecord> records);
  void write_one_by_one(std::vector<CheckRecord> records);
  void open();
  void apply_retention();
  void tell_trouble(const StoreError& error);
  void tell_recovery();
  void tell_end();
  bool wait_to_retry();

  RecorderSettings settings_;
  OnRecorded on_recorded_;
  OnNotice on_notice_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<CheckRecord> queue_;
  std::size_t queued_bytes_ = 0;
  std::size_t lost_ = 0;
  bool is_writing_ = false;
  bool is_ending_ = false;

  // Of the thread alone.
  std::optional<Store> store_;
  std::optional<StoreTrouble> trouble_;
  std::chrono::milliseconds retry_{0};
  std::chrono::steady_clock::time_point next_retention_;

  std::thread thread_;  ///< last: it uses all of the others
};

}  // namespace conncheck
