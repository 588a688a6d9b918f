#include "agent/probe/received_bytes.hpp"

#include <linux/tcp.h>  // <netinet/tcp.h> has an older tcp_info
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cstddef>

namespace conncheck {

std::uint64_t received_bytes(int socket) {
  tcp_info info{};
  socklen_t length = sizeof info;
  constexpr std::size_t needed = offsetof(tcp_info, tcpi_bytes_received) + sizeof(std::uint64_t);
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0 || length < needed) {
    return 0;
  }
  int unread = 0;
  if (ioctl(socket, FIONREAD, &unread) != 0) {
    return 0;
  }
  const auto waiting = static_cast<std::uint64_t>(unread);
  return info.tcpi_bytes_received > waiting ? info.tcpi_bytes_received - waiting : 0;
}

}  // namespace conncheck
