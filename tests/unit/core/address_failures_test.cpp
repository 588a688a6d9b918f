#include "agent/core/address_failures.hpp"

#include <gtest/gtest.h>

#include "agent/core/failure.hpp"

namespace conncheck {
namespace {

constexpr const char* refused_and_advice =
    "connection to server at \"db\" (192.0.2.1), port 5432 failed: Connection refused\n"
    "\tIs the server running on that host and accepting TCP/IP connections?\n";

TEST(AddressFailures, AreReadLineByLine) {
  const auto failures = address_failures(
      std::string("connection to server at \"db\" (2001:db8::5), port 5432 failed: Network is "
                  "unreachable\n") +
      refused_and_advice +
      "connection to server at \"192.0.2.7\", port 6432 failed: No route to host\n"
      "connection to server on socket \"/run/.s.PGSQL.5432\" failed: Connection refused\n");
  ASSERT_EQ(failures.size(), 4U);
  EXPECT_EQ(failures[0].address, "2001:db8::5");
  EXPECT_EQ(failures[0].reason, "Network is unreachable");
  EXPECT_EQ(failures[1].address, "192.0.2.1");
  EXPECT_EQ(failures[1].reason, "Connection refused");
  EXPECT_EQ(failures[2].address, "192.0.2.7");
  EXPECT_EQ(failures[3].address, "/run/.s.PGSQL.5432");
}

TEST(AddressFailures, AreNothingWhereAServerSpoke) {
  EXPECT_TRUE(address_failures(std::string(refused_and_advice) + "something else\n").empty());
  EXPECT_TRUE(address_failures("").empty());
  EXPECT_FALSE(unconnected_failure(
      {{"192.0.2.1", "Connection refused"}, {"192.0.2.2", "server closed the connection"}}));
  EXPECT_FALSE(unconnected_failure({{"/run/.s.PGSQL.5432", "Permission denied"}}));
  EXPECT_FALSE(unconnected_failure({}));
}

struct Case {
  std::vector<AddressFailure> failures;
  FailureCode code;
  const char* said;
};

class Unconnected : public testing::TestWithParam<Case> {};

TEST_P(Unconnected, HasItsCodeAndHint) {
  const std::optional<Failure> failure = unconnected_failure(GetParam().failures);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code, GetParam().code);
  EXPECT_EQ(failure->phase, Phase::connect);
  EXPECT_NE(failure->hint.find(GetParam().said), std::string::npos) << failure->hint;
}

INSTANTIATE_TEST_SUITE_P(
    All, Unconnected,
    testing::Values(
        Case{{{"192.0.2.1", "Connection refused"}}, FailureCode::refused, "nothing listens"},
        Case{{{"192.0.2.1", "Connection timed out"}}, FailureCode::timeout, "firewall may drop"},
        Case{{{"192.0.2.1", "No route to host"}}, FailureCode::unreachable, "192.0.2.1 on its"},
        Case{{{"192.0.2.1", "Permission denied"}}, FailureCode::unreachable, "this machine itself"},
        Case{{{"192.0.2.1", "Operation not permitted"}}, FailureCode::unreachable, "its firewall"},
        Case{{{"192.0.2.1", "Invalid argument"}}, FailureCode::unreachable, "its routes"},
        Case{{{"192.0.2.1", "Network is unreachable"}}, FailureCode::unreachable, "no route to"},
        Case{{{"2001:db8::5", "Network is unreachable"}}, FailureCode::unreachable, "no IPv6"},
        Case{{{"2001:db8::5", "Cannot assign requested address"}},
             FailureCode::unreachable,
             "no IPv6"},
        Case{{{"2001:db8::5", "could not create socket: Address family not supported by protocol"}},
             FailureCode::unreachable,
             "no IPv6"},
        // An IPv4 address is there too: IPv6 is not what is lacking.
        Case{{{"2001:db8::5", "Network is unreachable"}, {"192.0.2.1", "Network is unreachable"}},
             FailureCode::unreachable,
             "no route to 2001:db8::5"},
        Case{{{"192.0.2.1", "No route to host"}, {"192.0.2.2", "Connection refused"}},
             FailureCode::refused,
             "nothing listens"}));

TEST(DnsFailure, TellsANameThatIsNotFromANameServerThatFails) {
  EXPECT_NE(dns_failure("db", "Name or service not known").hint.find("no such name"),
            std::string::npos);
  EXPECT_NE(dns_failure("db", "Temporary failure in name resolution").hint.find("resolv.conf"),
            std::string::npos);
  EXPECT_NE(dns_failure("db", "No address associated with hostname").hint.find("no address"),
            std::string::npos);
}

}  // namespace
}  // namespace conncheck
