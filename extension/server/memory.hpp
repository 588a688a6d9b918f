// Memory of the server with a scope.
#pragma once

#include "extension/server/guard.hpp"

namespace conncheck::server {

/// A memory context for what server calls leave behind; current from construction to destruction.
/// While an exception is on its way it is not deleted, as a ServerError's data may lie in it: the
/// context that was current before frees it.
class ScratchMemory {
 public:
  ScratchMemory() {
    caller_ = CurrentMemoryContext;
    scratch_ = guard([] {
      return AllocSetContextCreate(CurrentMemoryContext, "conncheck scratch",
                                   ALLOCSET_DEFAULT_SIZES);
    });
    MemoryContextSwitchTo(scratch_);
  }
  ~ScratchMemory() {
    MemoryContextSwitchTo(caller_);
    if (std::uncaught_exceptions() == exceptions_) {
      MemoryContextDelete(scratch_);
    }
  }
  ScratchMemory(const ScratchMemory&) = delete;
  ScratchMemory& operator=(const ScratchMemory&) = delete;

  /// Frees what has been allocated so far; nothing may point into it any more.
  void reset() { MemoryContextReset(scratch_); }

 private:
  MemoryContext caller_ = nullptr;
  MemoryContext scratch_ = nullptr;
  int exceptions_ = std::uncaught_exceptions();
};

}  // namespace conncheck::server
