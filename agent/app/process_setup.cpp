#include "agent/app/process_setup.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace conncheck {
namespace {

// Enough for all checks that one worker may have under way.
constexpr rlim_t wanted_descriptors = 13'000;

/// Passwords are in this process's memory. RLIMIT_CORE alone does not keep them from a core dump
/// that the kernel hands to a program (systemd-coredump, apport); PR_SET_DUMPABLE does, and besides
/// keeps other processes of the same user from reading the memory and the environment (ptrace,
/// /proc/PID). The price: a crash leaves no core, and only root can attach a debugger. Programs
/// that are started from here are dumpable again by exec: their RLIMIT_CORE is 0
/// (child_process.cpp).
void forbid_core_dumps() {
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
}

void overwrite(char* text) { std::memset(text, 'x', std::strlen(text)); }

}  // namespace

void prepare_process() {
  // Only to be read from, so that what is printed there is noticed as lost.
  int descriptor = open("/dev/null", O_RDONLY);
  while (descriptor >= 0 && descriptor <= STDERR_FILENO) {
    descriptor = open("/dev/null", O_RDONLY);
  }
  close(descriptor);
  forbid_core_dumps();
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // beyond `ulimit -f` a write fails, which is seen to
  std::signal(SIGCHLD, SIG_DFL);  // ignored, the end of a password command could not be asked
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
    files.rlim_cur = std::min(files.rlim_max, std::max(files.rlim_cur, wanted_descriptors));
    setrlimit(RLIMIT_NOFILE, &files);
  }
}

int descriptor_limit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) {
    return static_cast<int>(wanted_descriptors);
  }
  return static_cast<int>(std::min(files.rlim_cur, wanted_descriptors));
}

bool may_hold_password(std::string_view argument) {
  return argument.find("://") != std::string_view::npos ||
         argument.find("password=") != std::string_view::npos;
}

void hide_urls(int argc, char** argv) {
  static constexpr std::string_view joined = "--url=";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--url" && i + 1 < argc) {
      overwrite(argv[++i]);
    } else if (argument.starts_with(joined)) {
      overwrite(argv[i] + joined.size());
    } else if (may_hold_password(argument)) {
      overwrite(argv[i]);  // where none is expected
    }
  }
}

void ignore_libpq_environment() {
  static const std::set<std::string_view> kept = {"PGPASSFILE", "PGSERVICEFILE", "PGSYSCONFDIR",
                                                  "PGPASSWORD"};
  std::vector<std::string> removed;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    const std::string_view name = variable.substr(0, variable.find('='));
    if (name.starts_with("PG") && !kept.contains(name)) {
      removed.emplace_back(name);
    }
  }
  for (const std::string& name : removed) {
    unsetenv(name.c_str());
  }
}

}  // namespace conncheck
