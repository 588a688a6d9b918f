// How libpq reads from TLS.
#pragma once

#include "agent/probe/libpq.hpp"

namespace conncheck {

/// One call of libpq then takes one message of TLS, if it is none of PostgreSQL's protocol. By
/// default OpenSSL reads on until it finds some: a server that sends session tickets faster than
/// they are worked on would keep the call from ever returning. Nothing without TLS.
void return_after_each_tls_message(PGconn* connection);

}  // namespace conncheck
