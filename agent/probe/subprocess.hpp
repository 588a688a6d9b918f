// A child process's standard output, read without blocking.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

namespace conncheck {

struct ProcessOutput {
  bool started = false;
  int exit_code = -1;  ///< 128 + signal when a signal ended it
  std::string text;    ///< standard output, at most `max_bytes`
  bool truncated = false;
  std::string error;  ///< why it did not start
};

/// Runs `argv` (looked up on PATH, no shell) with no standard input; its standard error is dropped,
/// as it may hold secrets. When the wait is cancelled the child and its process group are killed.
boost::asio::awaitable<ProcessOutput> run_process(boost::asio::any_io_executor executor,
                                                  std::vector<std::string> argv,
                                                  std::size_t max_bytes);

}  // namespace conncheck
