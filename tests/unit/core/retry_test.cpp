#include "agent/core/retry.hpp"

#include <gtest/gtest.h>

#include <set>

namespace conncheck {
namespace {

using namespace std::chrono_literals;

Failure failure(FailureCode code, Phase phase = Phase::connect) {
  return Failure{code, phase, std::nullopt, "", ""};
}

struct Case {
  FailureCode code;
  Phase phase;
  bool soon;
};

// Every code, in the order of report.hpp.
const Case table[] = {
    {FailureCode::dns_failure, Phase::resolve, true},
    {FailureCode::unreachable, Phase::connect, true},
    {FailureCode::refused, Phase::connect, true},
    {FailureCode::timeout, Phase::resolve, true},
    {FailureCode::timeout, Phase::tunnel, true},
    {FailureCode::timeout, Phase::connect, true},
    {FailureCode::timeout, Phase::tls, true},
    {FailureCode::timeout, Phase::login, false},
    {FailureCode::tunnel_failed, Phase::tunnel, false},
    {FailureCode::host_key_mismatch, Phase::tunnel, false},
    {FailureCode::tls_required, Phase::login, false},
    {FailureCode::tls_refused, Phase::tls, false},
    {FailureCode::tls_verify_failed, Phase::tls, false},
    {FailureCode::auth_failed, Phase::login, false},
    {FailureCode::hba_rejected, Phase::login, false},
    {FailureCode::unknown_role, Phase::login, false},
    {FailureCode::unknown_database, Phase::login, false},
    {FailureCode::connect_denied, Phase::login, false},
    {FailureCode::too_many_connections, Phase::login, true},
    {FailureCode::starting_up, Phase::login, true},
    {FailureCode::shutting_down, Phase::login, true},
    {FailureCode::shutting_down, Phase::query, true},
    {FailureCode::target_session_mismatch, Phase::login, true},
    {FailureCode::protocol_error, Phase::login, false},
    {FailureCode::connection_lost, Phase::tls, true},
    {FailureCode::connection_lost, Phase::login, false},
    {FailureCode::connection_lost, Phase::query, true},
    {FailureCode::query_denied, Phase::query, false},
    {FailureCode::query_timeout, Phase::query, false},
    {FailureCode::query_failed, Phase::query, false},
    {FailureCode::login_denied, Phase::login, false},
    {FailureCode::config_error, Phase::resolve, false},
};

TEST(Retry, OfEachCode) {
  std::set<FailureCode> seen;
  for (const Case& one : table) {
    EXPECT_EQ(may_pass_soon(failure(one.code, one.phase)), one.soon)
        << to_string(one.code) << " in " << to_string(one.phase);
    const auto delay = retry_delay(failure(one.code, one.phase), 1, "orders", 15min);
    EXPECT_EQ(delay.has_value(), one.soon) << to_string(one.code);
    seen.insert(one.code);
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(FailureCode::config_error) + 1);
}

TEST(Retry, WaitsTwiceAsLongEachTimeUpToFiveMinutes) {
  std::chrono::milliseconds plain = 2s;
  for (std::uint64_t failures = 1; failures < 100; ++failures) {
    const auto delay = retry_delay(failure(FailureCode::refused), failures, "orders", 24h);
    ASSERT_TRUE(delay);
    EXPECT_GE(*delay, plain);
    EXPECT_LT(*delay, plain + plain / 4 + 1ms);
    plain = std::min<std::chrono::milliseconds>(plain * 2, 5min);
  }
}

TEST(Retry, IsSpreadAndTheSameEachTime) {
  std::set<std::chrono::milliseconds> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string name = "orders-" + std::to_string(i);
    const auto delay = retry_delay(failure(FailureCode::refused), 5, name, 1h);
    ASSERT_TRUE(delay);
    EXPECT_EQ(delay, retry_delay(failure(FailureCode::refused), 5, name, 1h));
    seen.insert(*delay);
  }
  EXPECT_GT(seen.size(), 80U);
}

TEST(Retry, IsNeverLaterThanTheSchedulesTurn) {
  EXPECT_FALSE(retry_delay(failure(FailureCode::refused), 1, "orders", 2s));
  EXPECT_FALSE(retry_delay(failure(FailureCode::refused), 1, "orders", 0s));
  EXPECT_FALSE(retry_delay(failure(FailureCode::refused), 5, "orders", 30s));
  EXPECT_TRUE(retry_delay(failure(FailureCode::refused), 1, "orders", 30s));
}

TEST(Retry, IsForFailuresOnly) {
  EXPECT_FALSE(retry_delay(failure(FailureCode::refused), 0, "orders", 1h));
}

}  // namespace
}  // namespace conncheck
