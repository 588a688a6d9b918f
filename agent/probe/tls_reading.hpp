// How libpq reads from TLS.
#pragma once

#include "agent/probe/libpq.hpp"

namespace conncheck {

/// One call of libpq then takes one message of TLS, if it is none of PostgreSQL's protocol. By
/// default OpenSSL reads on until it finds some: a server that sends session tickets, or requests
/// for another handshake, faster than they are worked on would keep the call from ever returning.
/// No other handshake is made: nobody would look at its certificate. Nothing without TLS.
void bound_tls_reading(PGconn* connection);

}  // namespace conncheck
