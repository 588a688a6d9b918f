// The library's own mark, by which the server refuses to load it into another major version, and
// what is done once when it is loaded.
#include "extension/functions/module.hpp"

#include "extension/server/guard.hpp"

namespace conncheck::functions {
void stream_permissions();
}

#pragma GCC visibility push(default)
extern "C" {
PG_MODULE_MAGIC;
void _PG_init();
}
#pragma GCC visibility pop

void _PG_init() {
  conncheck::server::entry([] { conncheck::functions::stream_permissions(); });
}
