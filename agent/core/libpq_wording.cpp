#include "agent/core/libpq_wording.hpp"

#include <fmt/format.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <array>

namespace conncheck {
namespace {

constexpr std::string_view hint_for_local_limits =
    "the connection itself was not tested: give conncheck more open files (`ulimit -n`) and memory";

constexpr std::string_view hint_for_servers_limits =
    "PostgreSQL answers so when it cannot start a process for the session: see its log, the "
    "machine's memory, and the limit of its processes";

constexpr std::string_view hint_for_another_key =
    "sslcert and sslkey belong to different certificates: give the pair";

struct TextRule {
  std::string_view part;
  FailureCode code;
  std::string_view hint;
};

// What libpq itself says, without a SQLSTATE; the program never calls setlocale, so it is English.
constexpr std::array text_rules = {
    TextRule{"Too many open files", FailureCode::config_error, hint_for_local_limits},
    TextRule{"out of memory", FailureCode::config_error, hint_for_local_limits},
    TextRule{"no password supplied", FailureCode::auth_failed,
             "the server asks for a password and none was given: add `password:` to the "
             "connection, or a line to ~/.pgpass (its mode must be 0600) or the passfile"},
    TextRule{"root certificate file", FailureCode::tls_verify_failed,
             "verification needs the CA's certificate: set sslrootcert to its file, or to `system` "
             "for the system's CAs (libpq 16 and later)"},
    TextRule{"has group or world access", FailureCode::config_error,
             "libpq takes no key that others can read: chmod 600 the file of sslkey"},
    TextRule{"not private key file", FailureCode::config_error,
             "set sslkey to the file with the key of the certificate in sslcert"},
    TextRule{"key values mismatch", FailureCode::config_error, hint_for_another_key},
    TextRule{"does not match private key file", FailureCode::config_error, hint_for_another_key},
    TextRule{"could not load private key file", FailureCode::config_error,
             "the key in sslkey cannot be read: where it is encrypted, set sslpassword to its "
             "passphrase"},
    TextRule{"private key file", FailureCode::config_error,
             "check the file of sslkey: it must be a regular file, owned by the user that runs "
             "conncheck (or root), with mode 0600"},
    TextRule{"certificate file", FailureCode::config_error,
             "check the file of sslcert: a certificate in PEM format"},
    TextRule{
        "host name must be specified", FailureCode::config_error,
        "verify-full compares the certificate's names with the host's, and there is none: give "
        "`host` beside hostaddr"},
    TextRule{"does not match host name", FailureCode::tls_verify_failed,
             "the certificate is for another name: connect by a name that it carries, or have the "
             "server's certificate reissued"},
    TextRule{"name contains embedded null", FailureCode::tls_verify_failed,
             "the server's certificate is made to deceive: somebody may be in between"},
    TextRule{"certificate verify failed", FailureCode::tls_verify_failed,
             "the server's certificate is not signed by the CA in sslrootcert: use the CA that "
             "signed it"},
    TextRule{"alert unknown ca", FailureCode::tls_refused,
             "the server does not know the CA of this client's certificate: use one that its CA "
             "(ssl_ca_file) has signed in sslcert and sslkey"},
    TextRule{
        "alert certificate expired", FailureCode::tls_refused,
        "this client's certificate has expired, or is not valid yet: renew the one in sslcert"},
    TextRule{"alert certificate revoked", FailureCode::tls_refused,
             "this client's certificate has been revoked: have a new one issued for sslcert"},
    TextRule{"alert bad certificate", FailureCode::tls_refused,
             "the server does not take this client's certificate: check sslcert; the server's log "
             "has the reason"},
    TextRule{"alert protocol version", FailureCode::tls_refused,
             "the server does not speak the TLS versions that this client offers: compare its "
             "ssl_min_protocol_version with the client's ssl_max_protocol_version"},
    TextRule{"unsupported protocol", FailureCode::tls_refused,
             "the server's TLS version is older than this client takes: raise the server's "
             "ssl_max_protocol_version"},
    TextRule{"does not support SSL", FailureCode::tls_refused,
             "the server has no TLS and this connection demands it: turn on ssl in its "
             "postgresql.conf, or accept an unencrypted connection with sslmode: prefer"},
    TextRule{"incorrect server signature", FailureCode::auth_failed,
             "what answers there does not know the password itself: it is another server than the "
             "one meant, or somebody in between; the password was not disclosed"},
    TextRule{"GSSAPI continuation error", FailureCode::auth_failed,
             "the server wants Kerberos (gss in its pg_hba.conf) and this user has no ticket for "
             "it: kinit, or let the role in by scram-sha-256 there"},
    TextRule{"GSSAPI encryption required", FailureCode::auth_failed,
             "gssencmode=require needs a Kerberos ticket of this user (kinit) and a server that "
             "knows Kerberos: leave gssencmode out, and use sslmode instead"},
    TextRule{"error received from server in SCRAM exchange", FailureCode::auth_failed,
             "the server refuses the password: check it, and that the role exists"},
    TextRule{"SASL authentication mechanisms are supported", FailureCode::auth_failed,
             "the server asks for a way to log in that this libpq does not know (oauth in its "
             "pg_hba.conf?): let the role in by scram-sha-256 there, or update libpq"},
    TextRule{"could not fork new process", FailureCode::too_many_connections,
             hint_for_servers_limits},
    TextRule{"server sent an error response during SSL exchange", FailureCode::connection_lost,
             hint_for_servers_limits},
    TextRule{"Connection refused", FailureCode::refused,
             "nothing listens there: is the server running, and are host and port right?"},
    TextRule{"No such file or directory", FailureCode::refused,
             "no server has its socket there: is it running, and is this its socket directory?"},
    TextRule{"Resource temporarily unavailable", FailureCode::unreachable,
             "more wait at that socket than the server lets in: it is overrun, or hangs"},
    TextRule{"timed out", FailureCode::timeout,
             "no answer from that address: a firewall may drop the packets"},
    TextRule{"Permission denied", FailureCode::refused,
             "the operating system denies access to the socket: check its directory's rights"},
    TextRule{"received invalid response to SSL negotiation", FailureCode::protocol_error,
             "what answers there does not speak PostgreSQL's protocol: is the port right?"},
    TextRule{"expected authentication request", FailureCode::protocol_error,
             "what answers there does not speak PostgreSQL's protocol: is the port right?"},
    TextRule{"connection has been closed unexpectedly", FailureCode::connection_lost,
             "the server dropped the connection within TLS: see its log, or a proxy's between"},
    TextRule{"closed the connection unexpectedly", FailureCode::connection_lost,
             "the server dropped the connection: see its log, or a proxy's between"},
    TextRule{"Connection reset by peer", FailureCode::connection_lost,
             "the connection was cut: see the server's log, or a proxy's between"},
    TextRule{"SSL SYSCALL error", FailureCode::connection_lost,
             "the server dropped the connection within TLS: see its log, or a proxy's between"},
    TextRule{"SSL error", FailureCode::tls_refused,
             "the TLS handshake failed: does the server's TLS version fit, and does it want a "
             "client certificate (sslcert, sslkey)?"},
    TextRule{"channel binding required, but SSL not in use", FailureCode::tls_refused,
             "channel_binding=require needs TLS, which this connection does not have: turn on ssl "
             "on the server, and set sslmode to require or verify-full"},
    TextRule{"channel binding", FailureCode::auth_failed,
             "the server does no channel binding here, and this connection requires it: it takes "
             "TLS, scram-sha-256 in pg_hba.conf, and a password that is stored as SCRAM"},
    TextRule{"session is read-only", FailureCode::target_session_mismatch,
             "target_session_attrs asks for a session that can write: this is a standby, or "
             "default_transaction_read_only is on; name the primary in `host`"},
    TextRule{"session is not read-only", FailureCode::target_session_mismatch,
             "target_session_attrs asks for a read-only session, and this one can write: name a "
             "standby in `host`"},
    TextRule{"server is not in hot standby mode", FailureCode::target_session_mismatch,
             "target_session_attrs asks for a standby, and this is a primary: name a standby in "
             "`host`"},
    TextRule{"server is in hot standby mode", FailureCode::target_session_mismatch,
             "target_session_attrs asks for the primary, and this is a standby: name the primary "
             "in `host`"},
};

Verdict verdict_by_phase(Phase phase) {
  switch (phase) {
    case Phase::tls:
      return {FailureCode::tls_refused, "the TLS handshake failed: see the server's log"};
    case Phase::login:
      return {FailureCode::protocol_error,
              "the login did not come to its end: see the server's log"};
    default:
      return {FailureCode::unreachable, "check host and port"};
  }
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    return {};
  }
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

Reading reading_of_text(Phase phase, std::string_view libpq_message) {
  for (const TextRule& rule : text_rules) {
    const std::size_t found = libpq_message.find(rule.part);
    if (found != std::string_view::npos) {
      const std::size_t line = libpq_message.rfind('\n', found);
      const std::size_t begin = line == std::string_view::npos ? 0 : line + 1;
      return {{rule.code, std::string(rule.hint)}, first_line(libpq_message.substr(begin))};
    }
  }
  return {verdict_by_phase(phase), first_line(libpq_message)};
}

/// libpq says only that a certificate failed; OpenSSL knows why.
void add_certificate_fault(long fault, Reading& reading) {
  if (fault == X509_V_OK || reading.verdict.code != FailureCode::tls_verify_failed) {
    return;
  }
  reading.text += fmt::format(": {}", X509_verify_cert_error_string(fault));
  switch (fault) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      reading.verdict.hint = "renew the server's certificate, or that of its CA";
      break;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      reading.verdict.hint =
          "compare the clocks of this machine and of the one that issued the server's certificate";
      break;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      reading.verdict.hint =
          "the server's certificate is self-signed: have a CA sign it, or set sslrootcert to a "
          "copy of the very certificate";
      break;
    case X509_V_ERR_INVALID_PURPOSE:
      reading.verdict.hint =
          "the certificate is not one for servers (extended key usage serverAuth): give the server "
          "one that is";
      break;
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
    case X509_V_ERR_CA_MD_TOO_WEAK:
      reading.verdict.hint =
          "the certificate's key or its digest is too weak for this machine's OpenSSL: have a "
          "stronger one issued";
      break;
    case X509_V_ERR_CERT_REVOKED:
      reading.verdict.hint = "its CA has revoked the server's certificate (sslcrl): replace it";
      break;
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_UNABLE_TO_GET_CRL:
      reading.verdict.hint =
          "sslcrl has no valid list for the CA of the server's certificate: fetch the CA's newest";
      break;
    default:
      break;
  }
}

}  // namespace

std::string first_line(std::string_view libpq_message) {
  std::string text = trimmed(libpq_message);
  text = text.substr(0, text.find('\n'));
  static constexpr std::string_view mark = " failed: ";
  const auto end_of_prefix = text.find(mark);
  if (text.starts_with("connection to server ") && end_of_prefix != std::string::npos) {
    text.erase(0, end_of_prefix + mark.size());
  } else if (text.starts_with("connection to server ") && text.ends_with(" failed:")) {
    text.clear();  // the server says nothing
  }
  return text.empty() ? "the server gives no reason" : text;
}

Reading read_libpq(Phase phase, std::string_view message, long certificate_fault) {
  Reading reading = reading_of_text(phase, message);
  add_certificate_fault(certificate_fault, reading);
  return reading;
}

Failure local_failure(Phase phase, std::string_view reason) {
  return Failure{FailureCode::config_error, phase, std::nullopt,
                 fmt::format("this machine could not make the test: {}", reason),
                 std::string(hint_for_local_limits)};
}

}  // namespace conncheck
