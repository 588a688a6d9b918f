#include "agent/probe/child_process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <thread>

namespace conncheck {
namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) {
    result.push_back(const_cast<char*>(text.c_str()));
  }
  result.push_back(nullptr);
  return result;
}

/// Everything that the child needs, made before the fork: between fork and exec a process that has
/// had threads may not allocate.
struct Prepared {
  std::vector<char*> argv;
  std::vector<char*> environment;
  std::array<int, 3> descriptors{};
  bool without_terminal = false;
  pid_t parent = 0;
  int report = -1;  ///< where errno's value goes when exec fails
};

void redirect(int from, int to) {
  if (from < 0) {
    from = open("/dev/null", to == STDIN_FILENO ? O_RDONLY : O_WRONLY);
  }
  if (from != to) {
    dup2(from, to);  // without close-on-exec
  }
}

[[noreturn]] void become(const Prepared& prepared) {
  // The sanitizers and libc leave nothing to do here: only system calls from here to exec.
  if (prepared.without_terminal) {
    setsid();
  } else {
    setpgid(0, 0);
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != prepared.parent) {
    _exit(127);  // it died before the line above
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);  // ignored here, but `writer | head -1` lives by it
  signal(SIGXFSZ, SIG_DFL);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);  // it may hold secrets too
  for (int i = 0; i < 3; ++i) {
    redirect(prepared.descriptors[static_cast<std::size_t>(i)], i);
  }
  execvpe(prepared.argv.front(), prepared.argv.data(), prepared.environment.data());
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(prepared.report, &error, sizeof error);
  _exit(127);
}

}  // namespace

ChildProcess::~ChildProcess() {
  if (pid_ <= 0 || reap()) {
    return;
  }
  kill_group();
  try {
    // Not on the loop: one that has changed its user (sudo) is not killed, and may take its time.
    std::thread([pid = pid_] { waitpid(pid, nullptr, 0); }).detach();
  } catch (const std::system_error&) {
    waitpid(pid_, nullptr, WNOHANG);
  }
}

void ChildProcess::kill_group() {
  if (pid_ > 0) {
    kill(-pid_, SIGKILL);
  }
}

int ChildProcess::start(const ChildStart& what) {
  std::array<int, 2> report{};
  if (pipe2(report.data(), O_CLOEXEC) != 0) {
    return errno;
  }
  Prepared prepared{pointers(what.argv),   {},       {what.input, what.output, what.error},
                    what.without_terminal, getpid(), report[1]};
  if (what.environment) {
    prepared.environment = pointers(*what.environment);
  } else {
    for (char** entry = environ; *entry != nullptr; ++entry) {
      prepared.environment.push_back(*entry);
    }
    prepared.environment.push_back(nullptr);
  }
  pid_ = fork();
  if (pid_ == 0) {
    become(prepared);
  }
  int error = pid_ < 0 ? errno : 0;
  close(report[1]);
  if (pid_ > 0) {
    while (read(report[0], &error, sizeof error) < 0 && errno == EINTR) {
    }  // its end comes with exec
  }
  close(report[0]);
  if (error != 0 && pid_ > 0) {
    waitpid(pid_, nullptr, 0);
  }
  if (error != 0) {
    pid_ = -1;
  }
  return error;
}

std::optional<int> ChildProcess::reap() {
  int status = 0;
  if (pid_ <= 0 || waitpid(pid_, &status, WNOHANG) != pid_) {
    return std::nullopt;
  }
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace conncheck
