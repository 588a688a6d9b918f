#include "agent/core/failure.hpp"

#include <gtest/gtest.h>

namespace conncheck {
namespace {

using namespace std::chrono_literals;

const Attempt attempt = {"app", "db.example.com", "5432", "orders", "prefer", true};

constexpr const char* prefix =
    "connection to server at \"db.example.com\" (192.0.2.1), port 5432 failed: ";

Failure login_failure(const std::string& rest) {
  return connection_failure(Phase::login, prefix + rest, attempt);
}

TEST(VerboseMessage, IsTakenApart) {
  const ServerMessage message = parse_verbose_message(
      std::string(prefix) +
      "FATAL:  28P01: password authentication failed for user \"app\"\nLOCATION:  auth_failed, "
      "auth.c:338\n");
  EXPECT_EQ(message.sqlstate, "28P01");
  EXPECT_EQ(message.text, "password authentication failed for user \"app\"");
  EXPECT_EQ(message.function, "auth_failed");
}

TEST(VerboseMessage, InTheServersLanguage) {
  const ServerMessage message = parse_verbose_message(
      "connection to server on socket \"/s\" failed: SCHWERWIEGEND:  3D000: Datenbank »x« "
      "existiert "
      "nicht\nORT:  InitPostgres, postinit.c:944\n");
  EXPECT_EQ(message.sqlstate, "3D000");
  EXPECT_EQ(message.text, "Datenbank »x« existiert nicht");
  EXPECT_EQ(message.function, "InitPostgres");
}

TEST(VerboseMessage, OfLibpqItselfHasNoState) {
  const ServerMessage message =
      parse_verbose_message(std::string(prefix) + "Connection refused\n\tIs the server running?\n");
  EXPECT_FALSE(message.sqlstate);
  EXPECT_EQ(message.text, "Connection refused");
}

struct Case {
  const char* message;
  FailureCode code;
};

class ServerRefusal : public testing::TestWithParam<Case> {};

TEST_P(ServerRefusal, HasItsCode) {
  const Failure failure = login_failure(GetParam().message);
  EXPECT_EQ(failure.code, GetParam().code);
  EXPECT_EQ(failure.phase, Phase::login);
  EXPECT_FALSE(failure.hint.empty());
  EXPECT_FALSE(failure.message.empty());
}

INSTANTIATE_TEST_SUITE_P(
    All, ServerRefusal,
    testing::Values(
        Case{"FATAL:  28P01: password authentication failed for user \"app\"",
             FailureCode::auth_failed},
        Case{"FATAL:  28000: no pg_hba.conf entry for host \"192.0.2.9\", user \"app\", database "
             "\"orders\", SSL encryption\nLOCATION:  ClientAuthentication, auth.c:545",
             FailureCode::hba_rejected},
        Case{"FATAL:  28000: no pg_hba.conf entry for host \"192.0.2.9\", user \"app\", database "
             "\"orders\", no encryption\nLOCATION:  ClientAuthentication, auth.c:545",
             FailureCode::tls_required},
        Case{"FATAL:  28000: role \"app\" does not exist", FailureCode::unknown_role},
        Case{"FATAL:  28000: role \"app\" is not permitted to log in", FailureCode::login_denied},
        Case{"FATAL:  3D000: database \"orders\" does not exist", FailureCode::unknown_database},
        Case{"FATAL:  42501: permission denied for database \"orders\"",
             FailureCode::connect_denied},
        Case{"FATAL:  53300: sorry, too many clients already", FailureCode::too_many_connections},
        Case{"FATAL:  57P03: the database system is starting up", FailureCode::starting_up},
        Case{"FATAL:  57P03: the database system is shutting down", FailureCode::shutting_down},
        Case{"FATAL:  57P01: terminating connection due to administrator command",
             FailureCode::shutting_down},
        Case{"FATAL:  08P01: no such user", FailureCode::unknown_role}));

TEST(ConnectionFailure, OfLibpqKeepsThePhase) {
  const Failure refused =
      connection_failure(Phase::connect, std::string(prefix) + "Connection refused", attempt);
  EXPECT_EQ(refused.code, FailureCode::refused);
  EXPECT_EQ(refused.phase, Phase::connect);
  const Failure tls = connection_failure(
      Phase::tls, std::string(prefix) + "server does not support SSL, but SSL was required",
      attempt);
  EXPECT_EQ(tls.code, FailureCode::tls_refused);
  const Failure verify = connection_failure(
      Phase::tls, std::string(prefix) + "SSL error: certificate verify failed", attempt);
  EXPECT_EQ(verify.code, FailureCode::tls_verify_failed);
  const Failure unknown = connection_failure(Phase::connect, "something unheard of", attempt);
  EXPECT_EQ(unknown.code, FailureCode::unreachable);
}

TEST(ConnectionFailure, OfSeveralAddressesNamesEachOfThem) {
  const Failure failure = connection_failure(
      Phase::connect,
      "connection to server at \"db\" (2001:db8::1), port 5432 failed: Network is unreachable\n"
      "connection to server at \"db\" (192.0.2.1), port 5432 failed: Connection refused\n"
      "\tIs the server running?\n",
      attempt);
  EXPECT_EQ(failure.code, FailureCode::refused);
  EXPECT_EQ(failure.message, "2001:db8::1: Network is unreachable; 192.0.2.1: Connection refused");
}

TEST(ConnectionFailure, OfThisMachineIsNotTheServers) {
  const Failure failure =
      connection_failure(Phase::connect, "could not create socket: Too many open files", attempt);
  EXPECT_EQ(failure.code, FailureCode::config_error);
  EXPECT_NE(failure.hint.find("ulimit -n"), std::string::npos);
  EXPECT_EQ(local_failure(Phase::query, "Too many open files").code, FailureCode::config_error);
}

TEST(ConnectionFailure, TakesTextOfAnyLength) {
  const std::string text(1'000'000, 'x');
  const Failure failure = login_failure("FATAL:  28P01: " + text + "\nLOCATION:  f, auth.c:1\n");
  EXPECT_EQ(failure.code, FailureCode::auth_failed);
}

TEST(Timeout, OfThePasswordCommandNamesIt) {
  EXPECT_EQ(password_timeout_failure(2s).message, "the password command did not end within 2s");
}

TEST(Timeout, NamesThePhase) {
  EXPECT_EQ(timeout_failure(Phase::connect, 10s, attempt).message,
            "no answer from db.example.com:5432 within 10s");
  EXPECT_EQ(timeout_failure(Phase::connect, 10s, attempt).code, FailureCode::timeout);
  EXPECT_EQ(timeout_failure(Phase::query, 10s, attempt).code, FailureCode::query_timeout);
}

TEST(QueryFailure, ByState) {
  EXPECT_EQ(query_failure("42501", "permission denied").code, FailureCode::query_denied);
  EXPECT_EQ(query_failure("57014", "canceling statement").code, FailureCode::query_timeout);
  EXPECT_EQ(query_failure("", "server closed the connection").code, FailureCode::connection_lost);
  EXPECT_EQ(query_failure("XX000", "cache lookup failed").code, FailureCode::query_failed);
}

}  // namespace
}  // namespace conncheck
