// How much a peer has made this process read.
#pragma once

#include <cstdint>

namespace conncheck {

/// Bytes that have been read from a TCP socket so far; 0 for other sockets. libpq keeps a message
/// until its last byte is there, and tells nobody how large it has become.
[[nodiscard]] std::uint64_t received_bytes(int socket);

}  // namespace conncheck
