// The hosts of a connection, and the addresses that libpq is handed for them.
#pragma once

#include <string>
#include <vector>

#include "agent/probe/parameters.hpp"

namespace conncheck {

/// One entry of libpq's host, hostaddr and port lists.
struct Endpoint {
  std::string host;     ///< a name, an address, or a socket's directory; may be empty
  std::string address;  ///< hostaddr; empty: to be looked up, or a socket
  std::string port;

  /// Needs a look-up before libpq may see it: libpq itself would block on it.
  [[nodiscard]] bool needs_address() const;
};

/// The lists taken apart, as libpq pairs them. Empty: the default socket.
[[nodiscard]] std::vector<Endpoint> endpoints_of(const Parameters& parameters);

/// The lists written back; the host's name stays beside the address, so that TLS verifies the name.
void set_endpoints(const std::vector<Endpoint>& endpoints, Parameters& parameters);

}  // namespace conncheck
