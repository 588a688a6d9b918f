// A child process in a process group of its own, which does not outlive this process.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace conncheck {

struct ChildStart {
  std::vector<std::string> argv;  ///< argv[0] is looked up on PATH; no shell
  std::optional<std::vector<std::string>> environment = std::nullopt;  ///< NAME=VALUE; else ours
  int input = -1;                                                      ///< -1: /dev/null
  int output = -1;                                                     ///< -1: /dev/null
  int error = -1;                                                      ///< -1: /dev/null
  bool without_terminal = false;  ///< a session of its own: it cannot ask on /dev/tty
};

/// Killed with its process group, and reaped, when this object goes before it has ended. Killed too
/// when this process dies, however: by a signal that cannot be caught, as by a supervisor's.
class ChildProcess {
 public:
  ChildProcess() = default;
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Returns errno's value, 0 for success. To be called on a thread that lives as long as the
  /// process: the kernel takes that thread's end for the parent's.
  int start(const ChildStart& what);

  /// The exit code (128 + signal when a signal ended it), once it has ended.
  std::optional<int> reap();

  void kill_group();

 private:
  pid_t pid_ = -1;
};

}  // namespace conncheck
