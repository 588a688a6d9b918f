#include "agent/core/pooler_failure.hpp"

#include <gtest/gtest.h>

#include "agent/core/failure.hpp"

namespace conncheck {
namespace {

std::optional<FailureCode> code_of(std::string_view sqlstate, std::string_view message,
                                   Phase phase = Phase::login) {
  const auto verdict = pooler_verdict(phase, sqlstate, message, "app");
  return verdict ? std::optional(verdict->code) : std::nullopt;
}

TEST(PoolerVerdict, OfPgBouncer) {
  EXPECT_EQ(code_of("08P01", "no such database: shop"), FailureCode::unknown_database);
  EXPECT_EQ(code_of("08P01", "no such user: app"), FailureCode::unknown_role);
  EXPECT_EQ(code_of("08P01", "SASL authentication failed"), FailureCode::auth_failed);
  EXPECT_EQ(code_of("08P01", "SSL required"), FailureCode::tls_required);
  EXPECT_EQ(code_of("08P01", "no more connections allowed (max_client_conn)"),
            FailureCode::too_many_connections);
  EXPECT_EQ(code_of("08P01", "query_wait_timeout", Phase::query),
            FailureCode::too_many_connections);
  EXPECT_EQ(code_of("08P01", "query_wait_timeout", Phase::login), FailureCode::unreachable);
  EXPECT_EQ(code_of("08P01", "server login has been failing, try again later (server_login_retry)"),
            FailureCode::unreachable);
  EXPECT_EQ(code_of("08P01", "client_login_timeout (server down)"), FailureCode::unreachable);
  EXPECT_EQ(code_of("08P01", "server conn crashed?", Phase::query), FailureCode::connection_lost);
  EXPECT_EQ(code_of("08P01", "unsupported startup parameter: options"),
            FailureCode::protocol_error);
}

TEST(PoolerVerdict, OfTheServerBehindIt) {
  EXPECT_EQ(code_of("08P01", "database \"shop\" does not exist"), FailureCode::unknown_database);
  EXPECT_EQ(code_of("08P01", "role \"app\" does not exist"), FailureCode::unknown_role);
  EXPECT_EQ(code_of("08P01", "password authentication failed for user \"app\""),
            FailureCode::auth_failed);
  EXPECT_EQ(code_of("08P01", "permission denied for database \"shop\""),
            FailureCode::connect_denied);
  EXPECT_EQ(code_of("08P01", "role \"app\" is not permitted to log in"), FailureCode::login_denied);
  EXPECT_EQ(code_of("08P01", "sorry, too many clients already"), FailureCode::too_many_connections);
  EXPECT_EQ(code_of("08P01", "too many connections for role \"app\""),
            FailureCode::too_many_connections);
  EXPECT_EQ(code_of("08P01", "the database system is starting up"), FailureCode::starting_up);
  EXPECT_EQ(code_of("08P01", "the database system is shutting down"), FailureCode::shutting_down);
}

TEST(PoolerVerdict, IsNoneForWhatHasACodeOfItsOwn) {
  EXPECT_FALSE(code_of("28P01", "password authentication failed for user \"app\""));
  EXPECT_FALSE(code_of("3D000", "no such database: shop"));
  EXPECT_FALSE(code_of("XX000", "something unheard of"));
  EXPECT_FALSE(code_of("08P01", "database \"shop\" is odd"));
}

TEST(PoolerVerdict, NamesTheUser) {
  EXPECT_NE(pooler_verdict(Phase::login, "XX000", "Tenant or user not found", "{postgres}")
                ->hint.find("the user {postgres}:"),
            std::string::npos);
}

TEST(ConnectionFailure, OfPostgresItselfIsNeverTakenForAPoolers) {
  const Attempt attempt = {"app", "db", "5432", "shop", "prefer", true};
  const Failure failure = connection_failure(
      Phase::login,
      "connection to server at \"db\" (192.0.2.1), port 5432 failed: FATAL:  XX000: no such user: "
      "x\nLOCATION:  f, x.c:1\n",
      attempt);
  EXPECT_EQ(failure.code, FailureCode::connection_lost);
}

TEST(QueryFailure, OfAPooler) {
  EXPECT_EQ(query_failure("08P01", "query_wait_timeout").code, FailureCode::too_many_connections);
  EXPECT_EQ(query_failure("XX000", "unheard of").code, FailureCode::query_failed);
}

}  // namespace
}  // namespace conncheck
