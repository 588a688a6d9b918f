#include "extension/server/guard.hpp"

#include <new>

namespace conncheck::server {

// A function of its own, never inlined: no variable of a caller is clobbered by the longjmp.
__attribute__((noinline)) ErrorData* call_catching(void (*body)(void*), void* argument) {
  MemoryContext const caller = CurrentMemoryContext;
  ErrorData* volatile error = nullptr;
  PG_TRY();
  { body(argument); }
  PG_CATCH();
  {
    MemoryContextSwitchTo(caller);
    error = CopyErrorData();
    FlushErrorState();
  }
  PG_END_TRY();
  return error;
}

void PendingError::remember() noexcept {
  try {
    throw;
  } catch (const ServerError& error) {
    server_error = error.data();
  } catch (const std::bad_alloc&) {
    sqlstate = ERRCODE_OUT_OF_MEMORY;
    strlcpy(message, "out of memory", sizeof message);
  } catch (const std::exception& error) {
    sqlstate = ERRCODE_INTERNAL_ERROR;
    strlcpy(message, error.what(), sizeof message);
  } catch (...) {
    sqlstate = ERRCODE_INTERNAL_ERROR;
    strlcpy(message, "unexpected exception", sizeof message);
  }
}

void PendingError::raise() const {
  if (server_error != nullptr) {
    ReThrowError(server_error);
  }
  ereport(ERROR, (errcode(sqlstate), errmsg("conncheck: %s", message)));
  pg_unreachable();
}

}  // namespace conncheck::server
