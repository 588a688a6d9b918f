#include "agent/probe/received_bytes.hpp"

#include <linux/tcp.h>  // <netinet/tcp.h> has an older tcp_info
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstddef>
#include <limits>
#include <optional>

namespace conncheck {
namespace {

/// Since the connection was made. Nothing: it is no TCP.
std::optional<std::uint64_t> read_by_tcp(int socket) {
  tcp_info info{};
  socklen_t length = sizeof info;
  constexpr std::size_t needed = offsetof(tcp_info, tcpi_bytes_received) + sizeof(std::uint64_t);
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0 || length < needed) {
    return std::nullopt;
  }
  int unread = 0;
  if (ioctl(socket, FIONREAD, &unread) != 0) {
    return std::nullopt;
  }
  const auto waiting = static_cast<std::uint64_t>(unread);
  return info.tcpi_bytes_received > waiting ? info.tcpi_bytes_received - waiting : 0;
}

// Where a peek would begin. The kernel takes off what is read without peeking, down to zero, and
// nobody peeks here: it is the only count that a Unix socket keeps.
constexpr int peek_mark = std::numeric_limits<int>::max();

void mark_unix_socket(int socket) {
  setsockopt(socket, SOL_SOCKET, SO_PEEK_OFF, &peek_mark, sizeof peek_mark);
}

std::uint64_t read_from_unix_socket(int socket) {
  int left = -1;
  socklen_t length = sizeof left;
  if (getsockopt(socket, SOL_SOCKET, SO_PEEK_OFF, &left, &length) != 0) {
    return 0;
  }
  if (left < 0) {  // never marked
    mark_unix_socket(socket);
    return 0;
  }
  return static_cast<std::uint64_t>(peek_mark - left);
}

bool is_unix_socket(int socket) {
  int domain = 0;
  socklen_t length = sizeof domain;
  return getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_UNIX;
}

}  // namespace

void ReceivedBytes::mark(int socket) {
  if (is_unix_socket(socket)) {
    mark_unix_socket(socket);
  } else {
    tcp_mark_ = read_by_tcp(socket).value_or(0);
  }
}

std::uint64_t ReceivedBytes::since_mark(int socket) const {
  if (is_unix_socket(socket)) {
    return read_from_unix_socket(socket);
  }
  const std::uint64_t read = read_by_tcp(socket).value_or(0);
  return read > tcp_mark_ ? read - tcp_mark_ : 0;
}

}  // namespace conncheck
