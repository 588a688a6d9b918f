#include "agent/config/nearest.hpp"

#include <gtest/gtest.h>

#include <string>

namespace conncheck {
namespace {

TEST(Nearest, FindsSlips) {
  const std::vector<std::string_view> words = {"host", "port", "password", "passfile", "sslmode"};
  EXPECT_EQ(nearest("prot", words), "port");
  EXPECT_EQ(nearest("Port", words), "port");
  EXPECT_EQ(nearest("pasword", words), "password");
  EXPECT_EQ(nearest("ssl_mode", words), "sslmode");
  EXPECT_EQ(nearest("hosts", words), "host");
}

TEST(Nearest, DoesNotGuessWildly) {
  EXPECT_EQ(nearest("tunnel", {"host", "port"}), std::nullopt);
  EXPECT_EQ(nearest("x", {"a"}), std::nullopt);
  EXPECT_EQ(nearest("", {"on"}), std::nullopt);
  EXPECT_EQ(nearest(std::string(1'000'000, 'a'), {"host"}), std::nullopt);
}

}  // namespace
}  // namespace conncheck
