#include "agent/probe/tls_reading.hpp"

#include <openssl/ssl.h>

namespace conncheck {

void bound_tls_reading(PGconn* connection) {
  if (auto* tls = static_cast<SSL*>(PQsslStruct(connection, "OpenSSL"))) {
    SSL_clear_mode(tls, SSL_MODE_AUTO_RETRY);
    // In a second handshake OpenSSL skips all further requests for one in a loop of its own.
    SSL_set_options(tls, SSL_OP_NO_RENEGOTIATION);
  }
}

}  // namespace conncheck
