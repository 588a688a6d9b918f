#include "agent/probe/subprocess.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <cstring>

namespace asio = boost::asio;

namespace conncheck {
namespace {

/// A running child; killed with its process group unless it has been reaped.
class Child {
 public:
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) {
      kill(-pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
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
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    const int error =
        posix_spawnp(&pid_, argv.front().c_str(), &actions, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
      pid_ = -1;
    }
    return error;
  }

  /// A descriptor that becomes readable when the child ends.
  [[nodiscard]] int exit_descriptor() const {
    return static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
  }

  int reap() {
    int status = 0;
    waitpid(pid_, &status, 0);
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
  asio::posix::stream_descriptor exited(executor, child.exit_descriptor());
  co_await exited.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
  output.exit_code = child.reap();
  co_return output;
}

}  // namespace conncheck
