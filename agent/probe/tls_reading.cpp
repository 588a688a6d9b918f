#include "agent/probe/tls_reading.hpp"

#include <openssl/ssl.h>

namespace conncheck {

void return_after_each_tls_message(PGconn* connection) {
  if (auto* tls = static_cast<SSL*>(PQsslStruct(connection, "OpenSSL"))) {
    SSL_clear_mode(tls, SSL_MODE_AUTO_RETRY);
  }
}

}  // namespace conncheck
