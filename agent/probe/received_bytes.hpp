// How much a peer has made this process read.
#pragma once

#include <cstdint>

namespace conncheck {

/// Counts the bytes that are read from a TCP or a Unix socket; nothing of others. libpq keeps a
/// message until its last byte is there, and tells nobody how large it has become.
class ReceivedBytes {
 public:
  /// Counts from here on. A Unix socket's mark is in the socket, as its SO_PEEK_OFF.
  void mark(int socket);

  /// Read since the mark; on a socket that is newer, since it was opened (TCP) or first asked
  /// about.
  [[nodiscard]] std::uint64_t since_mark(int socket) const;

 private:
  std::uint64_t tcp_mark_ = 0;
};

}  // namespace conncheck
