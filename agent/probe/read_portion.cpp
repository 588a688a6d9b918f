#include "agent/probe/read_portion.hpp"

#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <limits>

namespace {

constexpr std::size_t portion_bytes = 16UL * 1024;  // as large as libpq's buffer is at first
constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

thread_local std::size_t bytes_left = unlimited;

}  // namespace

namespace conncheck {

std::chrono::nanoseconds thread_cpu_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

ReadPortion::ReadPortion() { bytes_left = portion_bytes; }

ReadPortion::~ReadPortion() { bytes_left = unlimited; }

}  // namespace conncheck

// In front of the C library's, for libpq.
extern "C" ssize_t recv(int socket, void* buffer, size_t size, int flags) {
  if (bytes_left == 0) {
    errno = EAGAIN;
    return -1;
  }
  const ssize_t count =
      recvfrom(socket, buffer, std::min<std::size_t>(size, bytes_left), flags, nullptr, nullptr);
  if (count > 0 && bytes_left != unlimited) {
    bytes_left -= static_cast<std::size_t>(count);
  }
  return count;
}
