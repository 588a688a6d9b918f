#include "agent/probe/certificate_fault.hpp"

#include <openssl/ssl.h>

#include <utility>

namespace conncheck {
namespace {

thread_local long last_fault = X509_V_OK;

/// OpenSSL calls this while it frees an SSL, which is the last that is to be seen of it: libpq does
/// so in the same call in which the handshake fails.
void note_fault(void* tls, void*, CRYPTO_EX_DATA*, int, long, void*) {
  const long fault = SSL_get_verify_result(static_cast<const SSL*>(tls));
  if (fault != X509_V_OK) {
    last_fault = fault;
  }
}

}  // namespace

long take_certificate_fault() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, note_fault);
  static_cast<void>(index);
  return std::exchange(last_fault, X509_V_OK);
}

}  // namespace conncheck
