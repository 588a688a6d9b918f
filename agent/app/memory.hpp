// The agent's memory: what each check found goes to the store's thread, and drift comes back.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agent/core/report.hpp"
#include "agent/core/store_settings.hpp"
#include "agent/store/recorder.hpp"

namespace conncheck {

/// Keeps 32 bytes for each connection; its state goes to the store only where that is not what the
/// store was given last. To be used on one loop, on which the callbacks are called, too.
class Memory {
 public:
  using OnDrift = std::function<void(const Recorded&)>;
  using OnNotice = std::function<void(const StoreNotice&)>;

  Memory(boost::asio::any_io_executor executor, const StoreSettings& settings, OnDrift on_drift,
         OnNotice on_notice);

  /// `report` has its digest.
  void remember(const CheckReport& report);

  /// Writes what waits, if that goes without trouble. The loop has still to be run for what this
  /// finds out.
  void close() { recorder_.reset(); }

 private:
  void learned(const std::vector<Recorded>& recorded);

  boost::asio::any_io_executor executor_;
  OnDrift on_drift_;
  OnNotice on_notice_;
  std::map<std::string, std::string> digests_;  ///< by connection: of what the store was given last
  std::unique_ptr<Recorder> recorder_;          ///< last: its thread uses the others
};

}  // namespace conncheck
