// Which try to log in may follow one that failed, and which of several failures tells the cause.
#pragma once

#include <string>
#include <vector>

#include "agent/core/failure.hpp"

namespace conncheck {

/// Whether the same server may answer otherwise with TLS than without (sslmode allow, prefer).
/// Where it asked for a password and refused it, it will not, and trying again counts as another
/// attempt.
[[nodiscard]] bool may_depend_on_tls(const Failure& failure);

/// Whether the next of several hosts is tried, as libpq has it: not where a server has refused the
/// login.
[[nodiscard]] bool leads_to_next_host(const Failure& failure);

/// Whether a server has let a try come to the login, past pg_hba.conf. `failure` is nullptr if the
/// session was there.
[[nodiscard]] bool came_past_hba(const Failure* failure);

/// The cause among the failures of one host's tries, in order; one at least. Without TLS a server
/// may well turn away who should have come with it.
[[nodiscard]] Failure cause_among_tries(const std::vector<Failure>& tries);

/// What becomes of `refused`, a rejection by pg_hba.conf without TLS, where it lets come in with
/// it.
[[nodiscard]] Failure tls_required_failure(Failure refused, const std::string& sslmode);

/// TLS is demanded, and libpq leaves it out: over a Unix socket without a word, and where GSSAPI
/// encrypts.
[[nodiscard]] Failure without_tls_failure(const std::string& sslmode, bool over_unix_socket);

struct HostFailure {
  std::string host;  ///< as it is shown
  Failure failure;
  bool was_tried = true;  ///< false: it was left out, as it cannot give what is asked for
};

/// One failure for several hosts: that of the one that let come farthest, with what the others
/// said. One at least.
[[nodiscard]] Failure failure_of_hosts(std::vector<HostFailure> failures);

}  // namespace conncheck
