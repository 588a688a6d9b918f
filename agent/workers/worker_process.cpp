#include "agent/workers/worker_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>
#include <utility>

#include "agent/workers/worker.hpp"

namespace conncheck {
namespace {

// Above the numbers that the worker gets, so that putting them there overwrites neither.
constexpr int first_own_descriptor = 16;

// It only has to kill the commands that it runs, and is not waited for where it computes.
constexpr std::chrono::milliseconds time_to_end{300};
constexpr std::chrono::microseconds pause{200};

/// A descriptor that is closed unless it is released.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {
    if (number < 0) {
      throw std::system_error(errno, std::generic_category());
    }
  }
  ~Descriptor() {
    if (number_ >= 0) {
      close(number_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

/// The process's number, or -errno.
pid_t spawn(int socket, int page) {
  // The file that runs now, also where a newer one has been put in its place meanwhile.
  static constexpr const char* program = "/proc/self/exe";
  char name[] = "conncheck";
  std::string command = worker_command;
  char* arguments[] = {name, command.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  // What a library prints there is no result; what goes wrong is told on standard error.
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, socket, worker_socket);
  posix_spawn_file_actions_adddup2(&actions, page, worker_page);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, program, &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? pid : -error;
}

}  // namespace

WorkerProcess::WorkerProcess(boost::asio::any_io_executor executor,
                             std::function<void(Message)> on_message,
                             std::function<void()> on_end) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw std::system_error(errno, std::generic_category());
  }
  Descriptor ours(ends[0]);
  const Descriptor theirs(ends[1]);
  const Descriptor socket(fcntl(theirs.number(), F_DUPFD_CLOEXEC, first_own_descriptor));
  const Descriptor page(fcntl(page_.descriptor(), F_DUPFD_CLOEXEC, first_own_descriptor));
  pid_ = spawn(socket.number(), page.number());
  if (pid_ < 0) {
    throw std::system_error(-pid_, std::generic_category());
  }
  channel_ = std::make_shared<Channel>(std::move(executor), ours.release());
  channel_->start(std::move(on_message), std::move(on_end));
}

WorkerProcess::~WorkerProcess() { end(); }

std::string WorkerProcess::end() {
  if (pid_ < 0) {
    return {};
  }
  hang_up();
  int status = 0;
  const auto killed_at = std::chrono::steady_clock::now() + time_to_end;
  pid_t ended = waitpid(pid_, &status, WNOHANG);
  while (ended == 0 && std::chrono::steady_clock::now() < killed_at) {
    std::this_thread::sleep_for(pause);
    ended = waitpid(pid_, &status, WNOHANG);
  }
  if (ended == 0) {
    kill(pid_, SIGKILL);
    do {
      ended = waitpid(pid_, &status, 0);
    } while (ended < 0 && errno == EINTR);
  }
  pid_ = -1;
  if (ended > 0 && WIFSIGNALED(status)) {
    return fmt::format("signal {} ({})", WTERMSIG(status), strsignal(WTERMSIG(status)));
  }
  return fmt::format("exit code {}", WEXITSTATUS(status));
}

ThreadState WorkerProcess::state() const {
  ThreadState state;
  std::ifstream file(fmt::format("/proc/{0}/task/{0}/stat", pid_));
  std::string text;
  std::getline(file, text);
  const std::size_t name_end = text.rfind(')');  // the name may hold anything
  if (name_end == std::string::npos) {
    return state;
  }
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  fields >> state.letter;
  for (int field = 4; field < 14; ++field) {
    fields >> skipped;
  }
  long user = 0;
  long system = 0;
  fields >> user >> system;
  state.cpu = std::chrono::milliseconds((user + system) * 1000 / sysconf(_SC_CLK_TCK));
  return state;
}

}  // namespace conncheck
