// The supervisor's handle on one worker.
#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "agent/workers/channel.hpp"
#include "agent/workers/page.hpp"

namespace conncheck {

/// What the kernel says of a process's first thread.
struct ThreadState {
  char letter = '?';  ///< R runs or could, S sleeps, …
  std::chrono::milliseconds cpu{0};
};

/// A process that is started by the constructor and has ended after the destructor. Use from one
/// loop.
class WorkerProcess {
 public:
  /// Throws std::system_error when it cannot be started. `on_end`: it has ended by itself.
  WorkerProcess(boost::asio::any_io_executor executor, std::function<void(Message)> on_message,
                std::function<void()> on_end);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  void send(const Message& message) { channel_->send(message); }
  [[nodiscard]] const SharedPage& page() const { return page_; }
  [[nodiscard]] ThreadState state() const;

  /// Asks it to end. Nothing is heard of it any more.
  void hang_up() { channel_->close(); }

  /// How it has ended ("signal 11 (Segmentation fault)"). It is given a moment for that, then it is
  /// killed.
  std::string end();

 private:
  SharedPage page_;
  pid_t pid_ = -1;
  std::shared_ptr<Channel> channel_;
};

}  // namespace conncheck
