#include "agent/probe/tunnel_command.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace conncheck {
namespace {

Tunnel some_tunnel() {
  Tunnel tunnel;
  tunnel.host = "bastion";
  return tunnel;
}

bool has(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

ChildStart command(const Tunnel& tunnel, bool with_askpass = false) {
  return ssh_command(tunnel, "db:5432", with_askpass, std::chrono::milliseconds(1500));
}

TEST(SshCommand, IsStrictAndDependsOnNobodysFiles) {
  const ChildStart what = command(some_tunnel());
  const std::vector<std::string> begin(what.argv.begin(), what.argv.begin() + 3);
  EXPECT_EQ(begin, (std::vector<std::string>{"ssh", "-F", "none"}));
  for (const char* option : {"StrictHostKeyChecking=yes", "BatchMode=yes", "ForwardAgent=no",
                             "ControlMaster=no", "UpdateHostKeys=no", "ConnectTimeout=7"}) {
    EXPECT_TRUE(has(what.argv, option)) << option;
  }
  const std::vector<std::string> end(what.argv.end() - 4, what.argv.end());
  EXPECT_EQ(end, (std::vector<std::string>{"-W", "db:5432", "--", "bastion"}));
  EXPECT_TRUE(what.without_terminal);
}

TEST(SshCommand, PathsAreNotExpanded) {
  Tunnel tunnel = some_tunnel();
  tunnel.identity_file = "/a b/%d\"\\";
  tunnel.known_hosts = "/k h";
  const ChildStart what = command(tunnel);
  EXPECT_TRUE(has(what.argv, R"(IdentityFile="/a b/%%d\"\\")"));
  EXPECT_TRUE(has(what.argv, "IdentitiesOnly=yes"));
  EXPECT_TRUE(has(what.argv, "UserKnownHostsFile=\"/k h\""));
}

TEST(SshCommand, APasswordAloneOffersNoKeys) {
  Tunnel tunnel = some_tunnel();
  tunnel.password = Secret("hunter2");
  const ChildStart what = command(tunnel, true);
  EXPECT_TRUE(has(what.argv, "PubkeyAuthentication=no"));
  EXPECT_TRUE(has(what.argv, "PreferredAuthentications=password,keyboard-interactive"));
  EXPECT_TRUE(has(what.argv, "BatchMode=no"));
  tunnel.identity_file = "/id";
  EXPECT_TRUE(has(command(tunnel, true).argv,
                  "PreferredAuthentications=publickey,password,keyboard-interactive"));
}

TEST(SshCommand, NoSecretIsInTheEnvironment) {
  setenv("A_PASSWORD", "hunter2", 1);
  Tunnel tunnel = some_tunnel();
  tunnel.password = Secret("hunter2");
  const ChildStart what = command(tunnel, true);
  ASSERT_TRUE(what.environment);
  EXPECT_TRUE(has(*what.environment, "SSH_ASKPASS_REQUIRE=force"));
  for (const auto& words : {what.argv, *what.environment}) {
    for (const std::string& word : words) {
      EXPECT_EQ(word.find("hunter2"), std::string::npos) << word;
    }
  }
  unsetenv("A_PASSWORD");
}

}  // namespace
}  // namespace conncheck
