// The boundary between C++ and the server: ereport() is a longjmp that skips destructors, and a
// C++ exception must not travel through the server's frames.
#pragma once

#include <exception>
#include <type_traits>
#include <utility>

#include "extension/server/postgres.hpp"

namespace conncheck::server {

/// An error that the server raised, with all of its fields. It must reach entry(): without a
/// subtransaction nobody may go on after it. Resources of the transaction (scans, open catalogs,
/// cache references) are then released by the abort, not by destructors.
class ServerError : public std::exception {
 public:
  explicit ServerError(ErrorData* data) : data_(data) {}
  [[nodiscard]] ErrorData* data() const { return data_; }
  [[nodiscard]] const char* what() const noexcept override { return "error raised by the server"; }

 private:
  ErrorData* data_;  ///< belongs to the memory context of guard()'s caller
};

/// Calls body(argument); returns the error that it raised, or nullptr.
ErrorData* call_catching(void (*body)(void*), void* argument);

/// Runs `body`, which may ereport. It must hold plain data only (nothing with a destructor) and
/// must not throw. An error comes out as ServerError, in the caller's memory context.
template <class Body>
auto guard(Body body) -> decltype(body()) {
  using Result = decltype(body());
  static_assert(std::is_trivially_destructible_v<Body>, "ereport would skip its destructor");
  ErrorData* error = nullptr;
  if constexpr (std::is_void_v<Result>) {
    error = call_catching([](void* argument) { (*static_cast<Body*>(argument))(); }, &body);
    if (error != nullptr) {
      throw ServerError(error);
    }
  } else {
    static_assert(std::is_trivially_destructible_v<Result>, "ereport would skip its destructor");
    struct Call {
      Body* body;
      Result result;
    } call{&body, Result{}};
    error = call_catching(
        [](void* argument) {
          auto* const inner = static_cast<Call*>(argument);
          inner->result = (*inner->body)();
        },
        &call);
    if (error != nullptr) {
      throw ServerError(error);
    }
    return call.result;
  }
}

/// What entry() raises after the last destructor.
struct PendingError {
  ErrorData* server_error = nullptr;
  int sqlstate = 0;
  char message[256] = {};

  /// Takes the exception that is being handled.
  void remember() noexcept;
  [[noreturn]] void raise() const;
};

/// The outermost call of an SQL function: an exception becomes an error of the server when
/// everything in `body` is destroyed. std::bad_alloc is out_of_memory, the unexpected internal.
template <class Body>
void entry(Body body) {
  static_assert(std::is_trivially_destructible_v<Body>, "ereport would skip its destructor");
  PendingError pending;
  try {
    body();
    return;
  } catch (...) {
    pending.remember();
  }
  pending.raise();
}

/// To be called in every loop that the catalogs make long.
inline void check_for_interrupts() {
  if (InterruptPending) {
    guard([] { CHECK_FOR_INTERRUPTS(); });
  }
}

}  // namespace conncheck::server
