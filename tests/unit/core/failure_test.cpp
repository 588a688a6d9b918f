#include "agent/core/failure.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

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
        // Whether TLS would help is found out by trying, not by these words.
        Case{"FATAL:  28000: no pg_hba.conf entry for host \"192.0.2.9\", user \"app\", database "
             "\"orders\", no encryption\nLOCATION:  ClientAuthentication, auth.c:545",
             FailureCode::hba_rejected},
        Case{"FATAL:  28000: connection requires a valid client certificate\nLOCATION:  "
             "ClientAuthentication, auth.c:403",
             FailureCode::auth_failed},
        Case{"FATAL:  28000: Peer authentication failed for user \"app\"\nLOCATION:  auth_failed, "
             "auth.c:338",
             FailureCode::auth_failed},
        Case{"FATAL:  55000: database \"template0\" is not currently accepting connections",
             FailureCode::connect_denied},
        Case{"FATAL:  42704: unrecognized configuration parameter \"x.y\"",
             FailureCode::config_error},
        Case{"FATAL:  28000: role \"app\" does not exist", FailureCode::unknown_role},
        Case{"FATAL:  28000: role \"app\" is not permitted to log in", FailureCode::login_denied},
        Case{"FATAL:  3D000: database \"orders\" does not exist", FailureCode::unknown_database},
        Case{"FATAL:  42501: permission denied for database \"orders\"",
             FailureCode::connect_denied},
        Case{"FATAL:  42501: permission denied to set parameter \"log_statement\"\nLOCATION:  "
             "set_config_option, guc.c:7520",
             FailureCode::config_error},
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

TEST(ConnectionFailure, OfWhatLibpqSaysOfTheLogin) {
  const auto of = [](const char* text) {
    return connection_failure(Phase::login, std::string(prefix) + text, attempt);
  };
  EXPECT_EQ(of("incorrect server signature").code, FailureCode::auth_failed);
  EXPECT_NE(of("incorrect server signature").hint.find("in between"), std::string::npos);
  EXPECT_EQ(of("GSSAPI continuation error: No credentials were supplied").code,
            FailureCode::auth_failed);
  EXPECT_EQ(of("none of the server's SASL authentication mechanisms are supported").code,
            FailureCode::auth_failed);
  EXPECT_EQ(of("could not fork new process for connection: Cannot allocate memory").code,
            FailureCode::too_many_connections);
  const Failure unforked = connection_failure(
      Phase::tls, std::string(prefix) + "server sent an error response during SSL exchange",
      attempt);
  EXPECT_EQ(unforked.code, FailureCode::connection_lost);
  EXPECT_EQ(unforked.phase, Phase::tls);
}

TEST(ConnectionFailure, OfChannelBindingIsOfThePhaseTls) {
  const Failure failure = login_failure(
      "FATAL:  28000: SCRAM channel binding check failed\nLOCATION:  read_client_final_message, "
      "auth-scram.c:1329");
  EXPECT_EQ(failure.code, FailureCode::tls_verify_failed);
  EXPECT_EQ(failure.phase, Phase::tls);
}

TEST(ConnectionFailure, OfAPasswordThatIsCheckedElsewhereNamesThat) {
  const std::string_view location = "\nLOCATION:  auth_failed, auth.c:338";
  const auto of = [&](const char* text) {
    return login_failure(fmt::format("FATAL:  28000: {}{}", text, location));
  };
  EXPECT_NE(of("LDAP authentication failed for user \"app\"").hint.find("LDAP"), std::string::npos);
  EXPECT_EQ(of("Peer authentication failed for user \"app\"").hint.find("LDAP"), std::string::npos);
}

TEST(ConnectionFailure, OfACertificateNamesTheFault) {
  Attempt unverified = attempt;
  const auto hint = [&](long fault) {
    unverified.certificate_fault = fault;
    const Failure failure = connection_failure(
        Phase::tls, std::string(prefix) + "SSL error: certificate verify failed", unverified);
    EXPECT_EQ(failure.code, FailureCode::tls_verify_failed);
    EXPECT_EQ(failure.phase, Phase::tls);
    EXPECT_EQ(failure.message, std::string("SSL error: certificate verify failed: ") +
                                   X509_verify_cert_error_string(fault));
    return failure.hint;
  };
  EXPECT_NE(hint(X509_V_ERR_CERT_HAS_EXPIRED).find("renew"), std::string::npos);
  EXPECT_NE(hint(X509_V_ERR_CERT_NOT_YET_VALID).find("clock"), std::string::npos);
  EXPECT_NE(hint(X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT).find("self-signed"), std::string::npos);
  EXPECT_NE(hint(X509_V_ERR_CERT_REVOKED).find("revoked"), std::string::npos);
  EXPECT_NE(hint(X509_V_ERR_CRL_HAS_EXPIRED).find("sslcrl"), std::string::npos);
  EXPECT_NE(hint(X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY).find("sslrootcert"),
            std::string::npos);
}

TEST(ConnectionFailure, OfAClientCertificateIsOfThePhaseTls) {
  const Failure failure = login_failure("SSL error: tlsv1 alert unknown ca");
  EXPECT_EQ(failure.code, FailureCode::tls_refused);
  EXPECT_EQ(failure.phase, Phase::tls);
}

TEST(ConnectionFailure, OfASocketIsNeverForWantOfTls) {
  Attempt by_socket = attempt;
  by_socket.host = "/run/postgresql";
  const Failure failure = connection_failure(
      Phase::login,
      "FATAL:  28000: no pg_hba.conf entry for host \"[local]\", user \"app\", database "
      "\"orders\", no encryption\nLOCATION:  ClientAuthentication, auth.c:545",
      by_socket);
  EXPECT_EQ(failure.code, FailureCode::hba_rejected);
  EXPECT_NE(failure.hint.find("type local"), std::string::npos);
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
  EXPECT_EQ(query_failure("55P03", "canceling statement due to lock timeout").code,
            FailureCode::query_timeout);
  EXPECT_EQ(query_failure("25P03", "terminating connection").code, FailureCode::query_timeout);
  EXPECT_EQ(query_failure("25P04", "terminating connection").code, FailureCode::query_timeout);
  EXPECT_EQ(query_failure("57014", "canceling statement due to user request").code,
            FailureCode::query_failed);
  EXPECT_EQ(query_failure("57P01", "terminating connection").code, FailureCode::connection_lost);
  EXPECT_EQ(query_failure("57P02", "terminating connection").code, FailureCode::connection_lost);
  EXPECT_EQ(query_failure("", "lost synchronization with server: got message type").code,
            FailureCode::protocol_error);
}

}  // namespace
}  // namespace conncheck
