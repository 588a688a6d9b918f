// SHA-256 at hand for libpq's logins.
#pragma once

namespace conncheck {

/// A login by SCRAM makes 4,096 HMACs, and libpq names SHA-256 to OpenSSL for each as programs did
/// before OpenSSL 3, which looks for its implementation each time: half of what a login costs. This
/// looks once, for all logins of the process. To be called before there are threads.
void prefetch_digest();

}  // namespace conncheck
