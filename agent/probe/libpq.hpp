// libpq's objects with an owner.
#pragma once

#include <libpq-fe.h>

#include <memory>

namespace conncheck {

struct ConnectionCloser {
  void operator()(PGconn* connection) const { PQfinish(connection); }  // also nullptr
};
struct ResultCloser {
  void operator()(PGresult* result) const { PQclear(result); }
};
struct OptionsCloser {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

using PgConnection = std::unique_ptr<PGconn, ConnectionCloser>;
using PgResult = std::unique_ptr<PGresult, ResultCloser>;
using PgOptions = std::unique_ptr<PQconninfoOption, OptionsCloser>;

}  // namespace conncheck
