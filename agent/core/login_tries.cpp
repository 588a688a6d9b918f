#include "agent/core/login_tries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace conncheck {
namespace {

/// How much a failure tells: how far it let come, and how definite it is.
int weight(const HostFailure& host) {
  const Failure& failure = host.failure;
  if (!host.was_tried) {
    return -1;
  }
  switch (failure.code) {
    case FailureCode::dns_failure:
      return 0;
    case FailureCode::unreachable:
      return 1;
    case FailureCode::timeout:
      return 2 + static_cast<int>(failure.phase);
    default:
      return 10 + static_cast<int>(failure.phase);
  }
}

}  // namespace

bool may_depend_on_tls(const Failure& failure) {
  return failure.code == FailureCode::hba_rejected || failure.phase == Phase::tls ||
         (failure.code == FailureCode::auth_failed && failure.sqlstate == "28000");
}

bool leads_to_next_host(const Failure& failure) {
  return failure.code == FailureCode::timeout || failure.code == FailureCode::starting_up ||
         failure.code == FailureCode::shutting_down ||
         failure.code == FailureCode::target_session_mismatch ||
         (failure.phase == Phase::connect && failure.code != FailureCode::config_error);
}

bool came_past_hba(const Failure* failure) {
  if (failure == nullptr) {
    return true;
  }
  switch (failure->code) {
    case FailureCode::auth_failed:
    case FailureCode::login_denied:
    case FailureCode::unknown_role:
    case FailureCode::unknown_database:
    case FailureCode::connect_denied:
      return true;
    default:
      return false;
  }
}

Failure cause_among_tries(const std::vector<Failure>& tries) {
  const bool refused_by_hba = tries.back().code == FailureCode::hba_rejected;
  return refused_by_hba ? tries.front() : tries.back();
}

Failure tls_required_failure(Failure refused, const std::string& sslmode) {
  refused.code = FailureCode::tls_required;
  refused.hint = fmt::format(
      "the server takes this login with TLS only (hostssl in its pg_hba.conf): set sslmode to "
      "verify-full, or to require, instead of {}",
      sslmode);
  return refused;
}

Failure without_tls_failure(const std::string& sslmode, bool over_unix_socket) {
  return {FailureCode::tls_refused, Phase::tls, std::nullopt,
          fmt::format("sslmode {} asks for TLS, and this connection has none", sslmode),
          over_unix_socket
              ? "a Unix socket has no TLS: leave sslmode out there, or connect by TCP"
              : "GSSAPI's encryption takes the place of TLS: leave out gssencmode, or sslmode"};
}

Failure failure_of_hosts(std::vector<HostFailure> failures) {
  const auto cause = std::max_element(
      failures.begin(), failures.end(),
      [](const HostFailure& a, const HostFailure& b) { return weight(a) < weight(b); });
  Failure result = cause->failure;
  if (failures.size() == 1) {
    return result;
  }
  std::rotate(failures.begin(), cause, cause + 1);
  result.message.clear();
  for (const HostFailure& each : failures) {
    result.message += fmt::format("{}{}: {}", result.message.empty() ? "" : "; ", each.host,
                                  each.failure.message);
  }
  return result;
}

}  // namespace conncheck
