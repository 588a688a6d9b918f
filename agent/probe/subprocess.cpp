#include "agent/probe/subprocess.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <cstring>
#include <optional>
#include <system_error>
#include <thread>

namespace asio = boost::asio;

namespace conncheck {
namespace {

constexpr std::chrono::milliseconds longest_pause{100};

/// A running child; killed with its process group unless it has been reaped.
class Child {
 public:
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ <= 0) {
      return;
    }
    kill(-pid_, SIGKILL);
    try {
      // Not on the loop: one that has changed its user (sudo) is not killed, and may take its time.
      std::thread([pid = pid_] { waitpid(pid, nullptr, 0); }).detach();
    } catch (const std::system_error&) {
      waitpid(pid_, nullptr, WNOHANG);
    }
  }

  /// Returns errno's value, 0 for success.
  int start(const std::vector<std::string>& argv, int output) {
    std::vector<char*> arguments;
    for (const std::string& argument : argv) {
      arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    sigset_t defaults;
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);  // ignored here, but `writer | head -1` lives by it
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    const int error =
        posix_spawnp(&pid_, argv.front().c_str(), &actions, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
      pid_ = -1;
    }
    return error;
  }

  /// The exit code, once it has ended.
  std::optional<int> reap() {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) != pid_) {
      return std::nullopt;
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
};

}  // namespace

asio::awaitable<ProcessOutput> run_process(asio::any_io_executor executor,
                                           std::vector<std::string> argv, std::size_t max_bytes) {
  ProcessOutput output;
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    output.error = std::strerror(errno);
    co_return output;
  }
  asio::posix::stream_descriptor reader(executor, ends[0]);
  Child child;
  const int error = child.start(argv, ends[1]);
  ::close(ends[1]);
  if (error != 0) {
    output.error = std::strerror(error);
    co_return output;
  }
  output.started = true;
  std::array<char, 4096> buffer{};
  boost::system::error_code ended;
  while (!ended && !output.truncated) {
    auto token = asio::redirect_error(asio::use_awaitable, ended);
    const std::size_t count = co_await reader.async_read_some(asio::buffer(buffer), token);
    output.text.append(buffer.data(), count);
    output.truncated = output.text.size() > max_bytes;
  }
  if (ended == asio::error::operation_aborted) {
    throw boost::system::system_error(ended);
  }
  if (output.truncated) {
    output.text.resize(max_bytes);
    co_return output;
  }
  // Its output has ended, so it ends now as a rule. Asked again and again, because a descriptor for
  // it (pidfd) is refused in many containers.
  asio::steady_timer pause(executor);
  std::chrono::milliseconds next{1};
  std::optional<int> exit_code = child.reap();
  while (!exit_code) {
    pause.expires_after(next);
    co_await pause.async_wait(asio::use_awaitable);
    next = std::min<std::chrono::milliseconds>(2 * next, longest_pause);
    exit_code = child.reap();
  }
  output.exit_code = *exit_code;
  co_return output;
}

}  // namespace conncheck
