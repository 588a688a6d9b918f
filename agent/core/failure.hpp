// Why a connection failed: libpq's words and the server's SQLSTATE turned into a code and a hint.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "agent/core/report.hpp"

namespace conncheck {

/// What was being tried; hints name it.
struct Attempt {
  std::string user;
  std::string host;  ///< as configured: name, address or socket directory
  std::string port;  ///< empty: the host says it
  std::string database;
  std::string sslmode;
  bool password_given = false;
  bool encrypted = false;      ///< TLS was there when it failed
  long certificate_fault = 0;  ///< the server certificate's, an X509_V_ERR_… of OpenSSL; 0: none
};

/// libpq's account of a failure: PQerrorMessage with PQERRORS_VERBOSE.
struct ServerMessage {
  std::optional<std::string> sqlstate;
  std::string text;      ///< the primary message, without severity, SQLSTATE and LOCATION
  std::string function;  ///< the server's C function that raised it; never translated; may be empty
};

/// Takes apart what PQerrorMessage gives under PQERRORS_VERBOSE, in any language of the server.
[[nodiscard]] ServerMessage parse_verbose_message(std::string_view message);

/// The failure of a connection attempt that had come to `phase`. Messages are understood by
/// SQLSTATE and function first, by English text only where the server gives nothing better.
[[nodiscard]] Failure connection_failure(Phase phase, std::string_view libpq_message,
                                         const Attempt& attempt);

/// The failure of a query, from the result's SQLSTATE and primary message.
[[nodiscard]] Failure query_failure(std::string_view sqlstate, std::string_view primary_message);

/// The deadline passed while `phase` was under way.
[[nodiscard]] Failure timeout_failure(Phase phase, std::chrono::milliseconds timeout,
                                      const Attempt& attempt);

/// The same where libpq had taken so much CPU time by then for what the server asks it to compute:
/// absurdly much may be the cause.
[[nodiscard]] Failure timeout_failure(Phase phase, std::chrono::milliseconds timeout,
                                      std::chrono::nanoseconds computed, const Attempt& attempt);

/// The deadline passed while the password command was still running.
[[nodiscard]] Failure password_timeout_failure(std::chrono::milliseconds timeout);

/// The process that made the check ended, or was ended: by what the server of this check sent
/// (`is_culprit`), or by what another one did.
[[nodiscard]] Failure interrupted_failure(Phase phase, bool is_culprit, std::string_view why);

/// Something of this machine ran out (descriptors, memory), so the connection was not tested.
[[nodiscard]] Failure local_failure(Phase phase, std::string_view reason);

/// No address for the host's name; `reason` is getaddrinfo's.
[[nodiscard]] Failure dns_failure(const std::string& host, std::string_view reason);

/// The connection cannot be tried as it is defined.
[[nodiscard]] Failure config_failure(std::string message, std::string hint);

}  // namespace conncheck
