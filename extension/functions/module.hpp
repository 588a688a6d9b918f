// How an SQL function is exported. The library hides everything else.
#pragma once

#include "extension/server/postgres.hpp"

/// Declares a version-1 function that the server can find by name.
#define CONNCHECK_SQL_FUNCTION(name)                                                \
  _Pragma("GCC visibility push(default)") extern "C" { PG_FUNCTION_INFO_V1(name); } \
  _Pragma("GCC visibility pop") static_assert(true)
