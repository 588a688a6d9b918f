// A set-returning function in FROM whose rows go on one by one. The server's own way stores the
// whole result first, in a temporary file where it is large: as much work as making it.
#pragma once

#include <memory>

#include "extension/server/row_writer.hpp"

namespace conncheck::server {

/// One result. Is destroyed when the query ends, or with the memory of one that failed: its
/// destructor asks the server nothing.
class RowStream {
 public:
  RowStream() = default;
  RowStream(const RowStream&) = delete;
  RowStream& operator=(const RowStream&) = delete;
  virtual ~RowStream() = default;

  /// The next row, valid until the next call, as are the values that it allocates in the memory
  /// context that is current; nullptr at the end.
  virtual const Row* next() = 0;
  /// Begins again with the first row.
  virtual void rewind() = 0;
};

/// Computes a result; all that it keeps is allocated in the current memory context. Of the call
/// only the arguments are there.
using OpenRowStream = std::unique_ptr<RowStream> (*)(FunctionCallInfo arguments);

/// Calls of `function` in FROM become streams, where nothing stands against it: it is the only
/// function there, without ordinality, nobody wants a whole row as one value, and it has not been
/// made SECURITY DEFINER or given settings. Everywhere else it is called as ever. For _PG_init(),
/// once: installs a planner hook.
void stream_in_from(PGFunction function, OpenRowStream open);

/// The body of the planner support function of `function`: that the planner calls it loads this
/// library before it plans the call, and tells which calls are meant.
Datum row_stream_support(FunctionCallInfo fcinfo);

}  // namespace conncheck::server
