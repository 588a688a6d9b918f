#include "agent/probe/subprocess.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <optional>

#include "agent/probe/child_process.hpp"

namespace asio = boost::asio;

namespace conncheck {
namespace {

constexpr std::chrono::milliseconds longest_pause{100};

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
  ChildProcess child;
  ChildStart what;
  what.argv = std::move(argv);
  what.output = ends[1];
  const int error = child.start(what);
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
