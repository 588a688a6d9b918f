#include "agent/core/provider_hint.hpp"

#include <gtest/gtest.h>

namespace conncheck {
namespace {

Failure failure(FailureCode code, Phase phase = Phase::connect) {
  return Failure{code, phase, std::nullopt, "", ""};
}

std::string hint(FailureCode code, std::string_view host, Provider provider = Provider::postgres,
                 Phase phase = Phase::connect) {
  return provider_hint(failure(code, phase), provider, host).value_or("");
}

TEST(Provider, IsKnownByItsHosts) {
  EXPECT_EQ(provider_of(Provider::postgres, "ep-cool-1-pooler.us-east-2.aws.neon.tech"),
            Provider::neon);
  EXPECT_EQ(provider_of(Provider::postgres, "db.abc.supabase.co"), Provider::supabase);
  EXPECT_EQ(provider_of(Provider::postgres, "aws-0-eu-west-1.pooler.supabase.com"),
            Provider::supabase);
  EXPECT_EQ(provider_of(Provider::postgres, "notneon.tech"), Provider::postgres);
  EXPECT_EQ(provider_of(Provider::postgres, "neon.tech.example.com"), Provider::postgres);
  EXPECT_EQ(provider_of(Provider::neon, "db.example.com"), Provider::neon);
}

TEST(ProviderHint, OfSupabasesDirectHost) {
  EXPECT_NE(hint(FailureCode::unreachable, "db.abc.supabase.co").find("user postgres.abc"),
            std::string::npos);
  EXPECT_NE(hint(FailureCode::dns_failure, "db.abc.supabase.co").find("pooler"), std::string::npos);
  EXPECT_EQ(hint(FailureCode::unreachable, "aws-0-eu-west-1.pooler.supabase.com"), "");
  EXPECT_EQ(hint(FailureCode::unreachable, "db.supabase.co"), "");
}

TEST(ProviderHint, LeavesWhatThePoolerSaidAlone) {
  EXPECT_EQ(hint(FailureCode::unreachable, "db.abc.supabase.co", Provider::supabase, Phase::login),
            "");
}

TEST(ProviderHint, OfCertificatesAndSleep) {
  EXPECT_NE(hint(FailureCode::tls_verify_failed, "x", Provider::supabase).find("CA of its own"),
            std::string::npos);
  EXPECT_NE(hint(FailureCode::tls_verify_failed, "x", Provider::neon).find("public CA"),
            std::string::npos);
  EXPECT_NE(hint(FailureCode::timeout, "x", Provider::neon).find("wake up"), std::string::npos);
  EXPECT_EQ(hint(FailureCode::timeout, "x", Provider::neon, Phase::resolve), "");
  EXPECT_EQ(hint(FailureCode::tls_verify_failed, "db.example.com"), "");
}

}  // namespace
}  // namespace conncheck
