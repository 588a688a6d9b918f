#include "agent/core/connection.hpp"

#include <gtest/gtest.h>

namespace conncheck {
namespace {

std::string target(std::map<std::string, std::string> parameters) {
  Connection connection;
  connection.parameters = std::move(parameters);
  connection.password = Secret("hunter2");
  return display_target(connection);
}

TEST(DisplayTarget, FillsDefaultsAsLibpqDoes) {
  EXPECT_EQ(target({{"host", "db"}, {"user", "app"}, {"dbname", "shop"}, {"port", "1"}}),
            "app@db:1/shop");
  EXPECT_EQ(target({{"host", "db"}, {"user", "app"}}), "app@db:5432/app");
  EXPECT_EQ(target({{"host", "db"}}), "db:5432");
  EXPECT_EQ(target({{"hostaddr", "::1"}, {"dbname", "shop"}}), "[::1]:5432/shop");
  EXPECT_EQ(target({{"dbname", "shop"}}), "[local]:5432/shop");
}

TEST(DisplayTarget, HostsOfEveryKind) {
  EXPECT_EQ(target({{"host", "fe80::1"}}), "[fe80::1]:5432");
  EXPECT_EQ(target({{"host", "/run/postgresql"}, {"dbname", "a"}}), "/run/postgresql:5432/a");
  EXPECT_EQ(target({{"host", "a,::1"}, {"port", "1,2"}}), "a:1,[::1]:2");
  EXPECT_EQ(target({{"host", "a,b"}, {"port", "1"}}), "a:1,b:1");
  EXPECT_EQ(target({{"host", "a,b"}, {"port", ",2"}}), "a:5432,b:2");
  EXPECT_EQ(target({{"service", "shop"}, {"user", "app"}}), "app@service=shop");
}

TEST(DisplayTarget, IsPrintable) {
  EXPECT_EQ(target({{"host", "a\x1B[31m"}}), "a\\u{001B}[31m:5432");
}

TEST(DisplayBastion, ThePortOnlyWhereItIsNotSshs) {
  Tunnel tunnel;
  tunnel.host = "bastion";
  tunnel.user = "jump";
  EXPECT_EQ(display_bastion(tunnel), "jump@bastion");
  tunnel.port = "2222";
  EXPECT_EQ(display_bastion(tunnel), "jump@bastion:2222");
  tunnel.user = "";
  tunnel.host = "::1";
  EXPECT_EQ(display_bastion(tunnel), "[::1]:2222");
}

}  // namespace
}  // namespace conncheck
