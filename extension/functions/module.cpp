// The library's own mark: the server refuses to load it into another major version.
#include "extension/functions/module.hpp"

#pragma GCC visibility push(default)
extern "C" {
PG_MODULE_MAGIC;
}
#pragma GCC visibility pop
