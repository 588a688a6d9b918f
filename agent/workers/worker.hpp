// The worker's side: a process that makes checks for its supervisor.
#pragma once

namespace conncheck {

/// The word by which the program is asked to be a worker, as its only argument.
inline constexpr const char* worker_command = "checks-worker";

/// The descriptors that a worker is started with.
inline constexpr int worker_socket = 3;
inline constexpr int worker_page = 4;

/// Makes the checks that come over the socket until it ends, and then ends the process. Not being
/// started by a supervisor, it says so and returns 3.
int run_worker();

}  // namespace conncheck
