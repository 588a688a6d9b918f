#include "agent/config/conninfo.hpp"

#include <gtest/gtest.h>

#include <string>

namespace conncheck {
namespace {

UrlParameters parsed(const std::string& url) {
  auto result = parse_url(url);
  if (const auto* mistake = std::get_if<std::string>(&result)) {
    ADD_FAILURE() << url << ": " << *mistake;
    return {};
  }
  return std::get<UrlParameters>(std::move(result));
}

std::string mistake_in(const std::string& url, bool has_secret_text = false) {
  const auto result = parse_url(url, has_secret_text);
  const auto* mistake = std::get_if<std::string>(&result);
  return mistake == nullptr ? "" : *mistake;
}

TEST(Conninfo, MeansWhatLibpqMakesOfIt) {
  EXPECT_EQ(parsed("postgresql://[::1]:5433/db").parameters.at("host"), "::1");
  EXPECT_EQ(parsed("postgresql://%2Ftmp/db").parameters.at("host"), "/tmp");
  EXPECT_EQ(parsed("postgres://a:1,b:2/db").parameters.at("port"), "1,2");
  EXPECT_EQ(parsed("postgres://a,b:2/db").parameters.at("host"), "a,b");
  EXPECT_EQ(parsed("postgres://h/db?ssl=true").parameters.at("sslmode"), "require");
  EXPECT_EQ(parsed("postgres://h/db?host=@abstract").parameters.at("host"), "@abstract");
  EXPECT_EQ(parsed("postgres://h/?user=app@server").parameters.at("user"), "app@server");
  EXPECT_EQ(parsed("postgres://u:p?q#r@h/db").secrets.at("password").reveal(), "p?q#r");
  EXPECT_FALSE(parsed("postgres://u:p@h:/db").parameters.contains("port"));
}

TEST(Conninfo, APasswordIsNeverAParameter) {
  const UrlParameters url = parsed("postgres://u@h/db?password=one&sslpassword=two");
  EXPECT_EQ(url.secrets.at("password").reveal(), "one");
  EXPECT_EQ(url.secrets.at("sslpassword").reveal(), "two");
  EXPECT_EQ(url.parameters.size(), 3U);
}

TEST(Conninfo, MistakesRepeatNothingOfThePassword) {
  for (const std::string url :
       {"postgresql://u:hunter2%zz@h/db", "postgresql://u:hunter2%00@h/db",
        "postgresql://u:hunter2@x@h/db", "postgresql://u:x@hunter2@h/db",
        "postgresql://u:x/hunter2@h/db", "postgresql://u:1/hunter2@h/db",
        "postgresql://u:x?hunter2/x@h/db", "postgresql://u:x?hunter=2/x@h/db",
        "postgresql://u:hunter2/", "postgresql://u:hunter2@[::1/db",
        "postgresql://u@h/db?password=hunter2=x", "postgresql://u@h/db?hunter2", "hunter2",
        "postgresql://u@h/db?sslmode=hunter2", "postgresql://u@h/db?port=hunter2",
        "postgresql://u:hunter2 x@h/db\nx?y"}) {
    const std::string mistake = mistake_in(url);
    EXPECT_NE(mistake, "") << url;
    EXPECT_EQ(mistake.find("hunter"), std::string::npos) << mistake;
  }
}

TEST(Conninfo, UnknownParametersAreNamed) {
  EXPECT_EQ(mistake_in("postgresql://u@h/db?pgbouncer=true"),
            "has the query parameter `pgbouncer`, which is Prisma's and unknown to libpq: remove "
            "it");
  EXPECT_EQ(mistake_in("postgresql://u@h/db?zzz=true"),
            "has the query parameter `zzz`, which this libpq does not know: remove it");
  EXPECT_EQ(mistake_in("postgresql://u@h/db?applicaton_name=x"),
            "has the query parameter `applicaton_name`, which this libpq does not know (did you "
            "mean `application_name`?)");
}

TEST(Conninfo, ParametersOfOtherDriversAreNamedAllAtOnce) {
  EXPECT_EQ(mistake_in("postgresql://u@h/db?pgbouncer=true&sslmode=require&connection_limit=1"),
            "has the query parameters `pgbouncer`, `connection_limit`, which are Prisma's and "
            "unknown to libpq: remove them");
  EXPECT_EQ(mistake_in("postgresql://u@h/db?sslmode=require&supa=base-pooler.x&pgbouncer=true"),
            "has the query parameters `supa`, `pgbouncer`, which are Vercel's or Prisma's and "
            "unknown to libpq: remove them");
  EXPECT_EQ(mistake_in("postgresql://u@h/db?schema=public"),
            "has the query parameter `schema`, which is Prisma's and unknown to libpq: remove it");
  EXPECT_NE(mistake_in("postgresql://u@h/db?ssl=require").find("sslmode=require"),
            std::string::npos);
}

TEST(Conninfo, SchemesOfOtherLibrariesAreNamed) {
  EXPECT_NE(mistake_in("postgresql+asyncpg://u@h/db").find("leave out the +"), std::string::npos);
  EXPECT_NE(mistake_in("jdbc:postgresql://h/db").find("leave out jdbc:"), std::string::npos);
}

TEST(Conninfo, UrlsOfHostingDashboardsAreTaken) {
  const UrlParameters neon = parsed(
      "postgresql://alex:AbC123dEf@ep-cool-darkness-a1b2c3d4-pooler.us-east-2.aws.neon.tech/"
      "dbname?sslmode=require&channel_binding=require");
  EXPECT_EQ(neon.parameters.at("channel_binding"), "require");
  EXPECT_EQ(
      parsed("postgres://u@h.neon.tech/db?options=endpoint%3Dep-cool-1").parameters.at("options"),
      "endpoint=ep-cool-1");
  const UrlParameters supabase =
      parsed("postgresql://postgres.abcdef:x@aws-0-eu-west-1.pooler.supabase.com:6543/postgres");
  EXPECT_EQ(supabase.parameters.at("user"), "postgres.abcdef");
  EXPECT_EQ(supabase.parameters.at("port"), "6543");
}

TEST(Conninfo, TextOfTheEnvironmentIsNotNamed) {
  EXPECT_EQ(mistake_in("postgresql://u@h/db?hunter=true", true).find("hunter"), std::string::npos);
  EXPECT_NE(mistake_in("postgresql://u@h/db?pgbouncer=true", true).find("`pgbouncer`"),
            std::string::npos);
}

}  // namespace
}  // namespace conncheck
