#include "agent/core/retry.hpp"

#include <algorithm>

#include "agent/core/schedule.hpp"

namespace conncheck {
namespace {

constexpr std::chrono::milliseconds first_delay{2'000};
constexpr std::chrono::milliseconds longest_delay{5 * 60'000};
constexpr std::uint64_t most_doublings = 8;  // 512 s: past the longest already
constexpr double jitter = 0.25;

}  // namespace

bool may_pass_soon(const Failure& failure) {
  switch (failure.code) {
    case FailureCode::dns_failure:
    case FailureCode::unreachable:
    case FailureCode::refused:
    case FailureCode::too_many_connections:
    case FailureCode::starting_up:
    case FailureCode::shutting_down:
    case FailureCode::target_session_mismatch:  // a failover may be under way
      return true;
    case FailureCode::timeout:
    case FailureCode::connection_lost:
      // Within the login the password may just have been refused, without a word that arrived. A
      // password command that hangs counts as `resolve`, and is this machine's.
      return failure.phase != Phase::login;
    case FailureCode::tunnel_failed:  // among other things: the bastion refused the login
    case FailureCode::host_key_mismatch:
    case FailureCode::tls_required:
    case FailureCode::tls_refused:
    case FailureCode::tls_verify_failed:
    case FailureCode::auth_failed:
    case FailureCode::hba_rejected:
    case FailureCode::unknown_role:
    case FailureCode::unknown_database:
    case FailureCode::connect_denied:
    case FailureCode::login_denied:
    case FailureCode::protocol_error:
    case FailureCode::query_denied:
    case FailureCode::query_timeout:  // a server that is busy is not helped by more questions
    case FailureCode::query_failed:
    case FailureCode::config_error:
      return false;
  }
  return false;
}

std::optional<std::chrono::milliseconds> retry_delay(const Failure& failure, std::uint64_t failures,
                                                     std::string_view name,
                                                     std::chrono::milliseconds until_turn) {
  if (failures == 0 || !may_pass_soon(failure)) {
    return std::nullopt;
  }
  const std::uint64_t doublings = std::min(failures - 1, most_doublings);
  const std::chrono::milliseconds plain =
      std::min(first_delay * (std::int64_t{1} << doublings), longest_delay);
  const auto more = static_cast<std::int64_t>(static_cast<double>(plain.count()) * jitter *
                                              share_of(name, failures));
  const std::chrono::milliseconds delay = plain + std::chrono::milliseconds(more);
  return delay < until_turn ? std::optional(delay) : std::nullopt;
}

}  // namespace conncheck
