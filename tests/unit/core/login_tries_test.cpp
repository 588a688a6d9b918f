#include "agent/core/login_tries.hpp"

#include <gtest/gtest.h>

namespace conncheck {
namespace {

Failure failure(FailureCode code, Phase phase, std::optional<std::string> sqlstate = std::nullopt) {
  return Failure{code, phase, std::move(sqlstate), std::string(to_string(code)), "hint"};
}

const Failure rejected = failure(FailureCode::hba_rejected, Phase::login, "28000");
const Failure wrong_password = failure(FailureCode::auth_failed, Phase::login, "28P01");
const Failure no_certificate = failure(FailureCode::auth_failed, Phase::login, "28000");
const Failure handshake = failure(FailureCode::tls_refused, Phase::tls);
const Failure refused = failure(FailureCode::refused, Phase::connect);
const Failure silent = failure(FailureCode::timeout, Phase::connect);
const Failure unreachable = failure(FailureCode::unreachable, Phase::connect);
const Failure mismatch = failure(FailureCode::target_session_mismatch, Phase::login);

TEST(AnotherTry, OnlyWhereTlsMakesADifference) {
  EXPECT_TRUE(may_depend_on_tls(rejected));
  EXPECT_TRUE(may_depend_on_tls(no_certificate));
  EXPECT_TRUE(may_depend_on_tls(handshake));
  EXPECT_FALSE(may_depend_on_tls(wrong_password));
  EXPECT_FALSE(may_depend_on_tls(failure(FailureCode::unknown_database, Phase::login, "3D000")));
  EXPECT_FALSE(may_depend_on_tls(failure(FailureCode::connection_lost, Phase::login)));
}

TEST(NextHost, IsNotTriedAfterARefusedLogin) {
  for (const Failure& each : {refused, silent, unreachable, mismatch,
                              failure(FailureCode::starting_up, Phase::login, "57P03"),
                              failure(FailureCode::shutting_down, Phase::login, "57P03")}) {
    EXPECT_TRUE(leads_to_next_host(each)) << each.message;
  }
  for (const Failure& each :
       {wrong_password, rejected, handshake, failure(FailureCode::config_error, Phase::connect),
        failure(FailureCode::too_many_connections, Phase::login, "53300")}) {
    EXPECT_FALSE(leads_to_next_host(each)) << each.message;
  }
}

TEST(PastHba, IsWhoeverWasAskedForMore) {
  EXPECT_TRUE(came_past_hba(nullptr));
  EXPECT_TRUE(came_past_hba(&wrong_password));
  EXPECT_TRUE(came_past_hba(&no_certificate));
  for (const Failure& each :
       {rejected, handshake, silent, failure(FailureCode::connection_lost, Phase::login),
        failure(FailureCode::protocol_error, Phase::login)}) {
    EXPECT_FALSE(came_past_hba(&each)) << each.message;
  }
}

TEST(Cause, IsTheLastTryUnlessItWasTurnedAwayForComingOtherwise) {
  EXPECT_EQ(cause_among_tries({rejected, wrong_password}).code, FailureCode::auth_failed);
  EXPECT_EQ(cause_among_tries({handshake, rejected}).code, FailureCode::tls_refused);
  EXPECT_EQ(cause_among_tries({rejected, handshake}).code, FailureCode::tls_refused);
  EXPECT_EQ(cause_among_tries({no_certificate, rejected}).sqlstate, "28000");
  EXPECT_EQ(cause_among_tries({rejected, rejected}).code, FailureCode::hba_rejected);
}

TEST(TlsRequired, NamesTheModeToChange) {
  const Failure required = tls_required_failure(rejected, "disable");
  EXPECT_EQ(required.code, FailureCode::tls_required);
  EXPECT_EQ(required.sqlstate, "28000");
  EXPECT_NE(required.hint.find("instead of disable"), std::string::npos);
}

TEST(SeveralHosts, TellOfTheOneThatLetComeFarthest) {
  const Failure all = failure_of_hosts(
      {{"a:1", unreachable}, {"b:1", refused}, {"c:1", mismatch}, {"d:1", silent}});
  EXPECT_EQ(all.code, FailureCode::target_session_mismatch);
  EXPECT_EQ(all.message,
            "c:1: target_session_mismatch; a:1: unreachable; b:1: refused; d:1: timeout");
  EXPECT_EQ(failure_of_hosts({{"a:1", unreachable}, {"b:1", refused}}).code, FailureCode::refused);
  EXPECT_EQ(failure_of_hosts({{"a:1", silent}, {"b:1", refused}}).code, FailureCode::refused);
  EXPECT_EQ(failure_of_hosts({{"a:1", silent}, {"b:1", unreachable}}).code, FailureCode::timeout);
}

TEST(SeveralHosts, OfWhichOneWasLeftOut) {
  const Failure socket = without_tls_failure("require", true);
  const Failure name = failure(FailureCode::dns_failure, Phase::resolve);
  const Failure all = failure_of_hosts({{"/run:1", socket, false}, {"b:1", name}});
  EXPECT_EQ(all.code, FailureCode::dns_failure);
  EXPECT_EQ(all.message, "b:1: dns_failure; /run:1: " + socket.message);
  EXPECT_EQ(failure_of_hosts({{"/run:1", socket, false}}).code, FailureCode::tls_refused);
}

TEST(SeveralHosts, OfWhichOneWasTried) {
  EXPECT_EQ(failure_of_hosts({{"a:1", refused}}).message, "refused");
}

}  // namespace
}  // namespace conncheck
