// What OpenSSH 9.2's client was seen to say, and what it is called.
#include <gtest/gtest.h>

#include "agent/core/ssh_log.hpp"

namespace conncheck {
namespace {

Tunnel some_tunnel() {
  Tunnel tunnel;
  tunnel.host = "bastion";
  tunnel.port = "2222";
  tunnel.user = "jump";
  tunnel.known_hosts = "/k h";
  return tunnel;
}
const Tunnel bastion = some_tunnel();

SshLog log_of(const std::vector<std::string_view>& lines) {
  SshLog log;
  for (const std::string_view line : lines) {
    log.add(line);
  }
  return log;
}

Failure failure_of(const std::vector<std::string_view>& lines, const Tunnel& tunnel = bastion) {
  const auto failure = ssh_failure(log_of(lines), {}, tunnel, "db:5432");
  return failure.value_or(Failure{FailureCode::query_failed, Phase::query, {}, "none", "none"});
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(SshLog, StagesComeInOrderAndAreNotTakenFromOtherText) {
  SshLog log;
  EXPECT_EQ(log.stage(), SshStage::started);
  log.add("debug1: Connection established.");
  EXPECT_EQ(log.stage(), SshStage::reached);
  log.add("debug1: Remote protocol version 2.0, remote software version Authenticated to x");
  EXPECT_EQ(log.stage(), SshStage::talking);
  log.add("debug1: Server host key: ssh-ed25519 SHA256:abc\r");
  EXPECT_EQ(log.stage(), SshStage::key_received);
  EXPECT_EQ(log.fingerprint(), "SHA256:abc");
  log.add("a banner");
  EXPECT_EQ(log.lines(), std::vector<std::string>{"a banner"});
  log.add("Authenticated to bastion ([127.0.0.1]:2222) using \"publickey\".");
  EXPECT_TRUE(log.authenticated());
  EXPECT_TRUE(log.lines().empty());
  log.add("debug1: channel 0: new stdio-forward [stdio-forward] (inactive timeout: 0)");
  EXPECT_EQ(log.stage(), SshStage::authenticated);
  log.add(
      "debug2: channels.c:channel_input_open_confirmation():3518 (pid=1): channel 0: open "
      "confirm rwindow 2097152 rmax 32768");
  EXPECT_EQ(log.stage(), SshStage::channel_open);
}

TEST(SshLog, KeepsTheLastOfManyLongLines) {
  SshLog log;
  for (int i = 0; i < 10'000; ++i) {
    log.add(std::string(5000, 'x'));
  }
  log.add("last");
  EXPECT_EQ(log.lines().size(), 100U);
  EXPECT_EQ(log.lines().back(), "last");
  EXPECT_LE(log.lines().front().size(), 500U);
}

TEST(SshFailure, HostKeys) {
  const Failure unknown = failure_of(
      {"debug1: Server host key: ssh-ed25519 SHA256:abc",
       "No ED25519 host key is known for [bastion]:2222 and you have requested strict checking.",
       "Host key verification failed."});
  EXPECT_EQ(unknown.code, FailureCode::host_key_mismatch);
  EXPECT_EQ(unknown.message,
            "the host key of the bastion jump@bastion:2222 is unknown: it sends SHA256:abc");
  EXPECT_TRUE(contains(unknown.hint, "`ssh-keyscan -p 2222 bastion >> '/k h'`")) << unknown.hint;
  const Failure changed =
      failure_of({"@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @",
                  "Host key for [bastion]:2222 has changed and you have requested strict checking.",
                  "Host key verification failed."});
  EXPECT_EQ(changed.code, FailureCode::host_key_mismatch);
  EXPECT_TRUE(contains(changed.message, "has changed"));
  EXPECT_TRUE(contains(changed.hint, "ssh-keygen -R '[bastion]:2222' -f '/k h'")) << changed.hint;
  const Failure revoked = failure_of({"@       WARNING: REVOKED HOST KEY DETECTED!               @",
                                      "Host key verification failed."});
  EXPECT_TRUE(contains(revoked.message, "revoked"));
}

TEST(SshFailure, TheWayToTheBastion) {
  for (const auto& [line, said] : std::vector<std::pair<std::string_view, std::string_view>>{
           {"ssh: Could not resolve hostname bastion: Name or service not known",
            "Name or service"},
           {"ssh: connect to host bastion port 2222: Connection refused", "Connection refused"},
           {"ssh: connect to host bastion port 2222: Connection timed out", "timed out"},
           {"kex_exchange_identification: Connection closed by remote host", "as an SSH server"},
           {"kex_exchange_identification: banner line contains invalid characters", "as an SSH"},
           {"Unable to negotiate with 10.0.0.1 port 2222: no matching host key type found. Their "
            "offer: ssh-rsa,ssh-dss",
            "no algorithm in common"}}) {
    const Failure failure = failure_of({line});
    EXPECT_EQ(failure.code, FailureCode::tunnel_failed) << line;
    EXPECT_EQ(failure.phase, Phase::tunnel);
    EXPECT_TRUE(contains(failure.message, said)) << failure.message;
  }
}

TEST(SshFailure, IdentityFiles) {
  Tunnel tunnel = bastion;
  tunnel.identity_file = "/keys/id";
  const std::string_view denied = "jump@bastion: Permission denied (publickey).";
  EXPECT_EQ(failure_of({"Load key \"/keys/id\": bad permissions", denied}, tunnel).code,
            FailureCode::config_error);
  EXPECT_EQ(failure_of({"Load key \"/keys/id\": bad permissions", denied}, tunnel).hint,
            "chmod 600 /keys/id");
  EXPECT_EQ(failure_of({"Load key \"/keys/id\": Permission denied", denied}, tunnel).code,
            FailureCode::config_error);
  const Failure phrase = failure_of(
      {"Load key \"/keys/id\": incorrect passphrase supplied to decrypt private key", denied},
      tunnel);
  EXPECT_EQ(phrase.code, FailureCode::tunnel_failed);
  EXPECT_TRUE(contains(phrase.message, "passphrase"));
  EXPECT_TRUE(contains(failure_of({denied}, tunnel).hint, "authorized_keys"));
  const std::string_view accepted =
      "debug1: Server accepts key: /keys/id ED25519 SHA256:x explicit";
  EXPECT_TRUE(contains(failure_of({accepted, denied}, tunnel).message, "is encrypted"));
  tunnel.passphrase = Secret("phrase");
  EXPECT_TRUE(contains(failure_of({accepted, denied}, tunnel).message, "does not open"));
  EXPECT_TRUE(contains(
      failure_of({accepted, "Authenticated using \"publickey\" with partial success.", denied},
                 tunnel)
          .message,
      "refuses the login"));
  EXPECT_TRUE(
      contains(failure_of({"x: Permission denied (password)."}, tunnel).hint, "`password`"));
  EXPECT_TRUE(contains(failure_of({denied}).hint, "identity_file"));
}

TEST(SshFailure, BeyondTheBastion) {
  const std::string_view in = "Authenticated to bastion ([10.0.0.1]:2222) using \"publickey\".";
  for (const auto& [reason, code] : std::vector<std::pair<std::string, FailureCode>>{
           {"connect failed: Connection refused", FailureCode::refused},
           {"connect failed: Name or service not known", FailureCode::dns_failure},
           {"connect failed: Temporary failure in name resolution", FailureCode::dns_failure},
           {"connect failed: Connection timed out", FailureCode::timeout},
           {"connect failed: No route to host", FailureCode::unreachable},
           {"connect failed: Network is unreachable", FailureCode::unreachable}}) {
    const std::string line = "channel 0: open failed: " + reason;
    const Failure failure = failure_of({in, line, "stdio forwarding failed"});
    EXPECT_EQ(failure.code, code) << reason;
    EXPECT_EQ(failure.phase, Phase::connect);
    EXPECT_TRUE(contains(failure.message, "db:5432")) << failure.message;
  }
  const Failure prohibited =
      failure_of({in, "channel 0: open failed: administratively prohibited: open failed"});
  EXPECT_EQ(prohibited.code, FailureCode::tunnel_failed);
  EXPECT_TRUE(contains(prohibited.hint, "AllowTcpForwarding"));
}

TEST(SshFailure, ABannerIsNoCauseAfterTheLogin) {
  const std::string_view in = "Authenticated to bastion ([10.0.0.1]:2222) using \"publickey\".";
  EXPECT_EQ(
      ssh_failure(log_of({"Idle sessions are closed by remote host", in}), {}, bastion, "db:5432"),
      std::nullopt);
  EXPECT_TRUE(
      contains(failure_of({in, "Connection to bastion closed by remote host."}).message, "broke"));
}

}  // namespace
}  // namespace conncheck
