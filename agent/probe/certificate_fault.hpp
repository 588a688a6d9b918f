// What OpenSSL found wrong with a server's certificate; libpq says only that something is.
#pragma once

namespace conncheck {

/// The fault that was found in the TLS connection that libpq last threw away on this thread, an
/// X509_V_ERR_… or X509_V_OK; and forgets it. To be called before the poll, too.
[[nodiscard]] long take_certificate_fault();

}  // namespace conncheck
