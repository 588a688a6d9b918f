#include "agent/core/redact.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

namespace conncheck {
namespace {

std::vector<Secret> secrets(std::initializer_list<const char*> texts) {
  std::vector<Secret> result;
  for (const char* const text : texts) {
    result.emplace_back(text);
  }
  return result;
}

TEST(Redact, Secrets) {
  EXPECT_EQ(redact("a hunter2 b hunter2", secrets({"hunter2"})), "a *** b ***");
  EXPECT_EQ(redact("nothing", secrets({"", "x"})), "nothing");
  EXPECT_EQ(redact("abcd", secrets({"ab", "abcd"})), "***");
}

TEST(Redact, PercentEncodedSecrets) {
  EXPECT_EQ(redact("at p%40ss%2fw!", secrets({"p@ss/w"})), "at ***!");
  EXPECT_EQ(redact("at %70@ss%2Fw!", secrets({"p@ss/w"})), "at ***!");
  EXPECT_EQ(redact("100%", secrets({"%z"})), "100%");
  EXPECT_EQ(redact("%c3%A9", secrets({"é"})), "***");
}

TEST(Redact, Keywords) {
  EXPECT_EQ(redact("host=h password=x&y user=u", {}), "host=h password=*** user=u");
  EXPECT_EQ(redact("password = 'a b\\' c' user=u", {}), "password = *** user=u");
  EXPECT_EQ(redact("PGPASSWORD=x psql", {}), "PGPASSWORD=*** psql");
  EXPECT_EQ(redact("h?password=x&sslpassword=y&sslmode=z", {}),
            "h?password=***&sslpassword=***&sslmode=z");
  EXPECT_EQ(redact("password=", {}), "password=***");
  EXPECT_EQ(redact("password='open", {}), "password=***");
  EXPECT_EQ(redact("password authentication failed for user \"app\"", {}),
            "password authentication failed for user \"app\"");
  EXPECT_EQ(redact("password_encryption=md5", {}), "password_encryption=md5");
}

TEST(Redact, KeywordsAlsoWhenTheyHoldASecret) {
  EXPECT_EQ(redact("password=other", secrets({"pass"})), "***word=***");
}

TEST(Redact, UserInfo) {
  EXPECT_EQ(redact("see postgresql://app:x@h:1/db now", {}), "see postgresql://app:***@h:1/db now");
  EXPECT_EQ(redact("postgresql://app:x/y@z@h/db", {}), "postgresql://app:***@h/db");
  EXPECT_EQ(redact("postgresql://:x@h/db, //b:y@i/d", {}), "postgresql://:***@h/db, //b:***@i/d");
  EXPECT_EQ(redact("postgresql://app@h:1/db and a@b", {}), "postgresql://app@h:1/db and a@b");
  EXPECT_EQ(redact("https://h:80/x", {}), "https://h:80/x");
  EXPECT_EQ(redact("postgresql://[::1]:5432/db", {}), "postgresql://[::1]:5432/db");
}

TEST(Redact, UserInfoAfterSlashesThatBeginNone) {
  EXPECT_EQ(redact("a//b//c:x@h//d:y@e f//g:z@h", {}), "a//b//c:***@e f//g:***@h");
  EXPECT_EQ(redact("////u:x@h ////", {}), "////u:***@h ////");
  EXPECT_EQ(redact("//u:x@ //u:@h //a@b:c", {}), "//u:***@ //u:***@h //a@b:c");
}

std::string repeated(std::string_view text, std::size_t size) {
  std::string result;
  while (result.size() < size) {
    result += text;
  }
  return result;
}

/// A server's error has up to 32 MB, and its check must end in time; what is looked through
/// again and again takes minutes.
TEST(Redact, TakesTimeByTheLengthOfTheText) {
  for (const std::string_view part :
       {"/", "//a@", "//a:", "password=\f", "password=\v'", "@", "%"}) {
    const auto begin = std::chrono::steady_clock::now();
    (void)redact(repeated(part, 2'000'000), secrets({"%%%%%%%%x"}));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10)) << part;
  }
}

}  // namespace
}  // namespace conncheck
