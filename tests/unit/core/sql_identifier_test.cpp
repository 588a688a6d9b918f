#include "agent/core/sql_identifier.hpp"

#include <gtest/gtest.h>

namespace conncheck {
namespace {

TEST(QuoteIdent, PlainNamesStayAsTheyAre) {
  for (const char* name : {"orders", "_x", "a1", "public", "name", "abort"}) {
    EXPECT_EQ(quote_ident(name), name);
  }
}

TEST(QuoteIdent, EverythingElseIsQuoted) {
  EXPECT_EQ(quote_ident("Orders"), "\"Orders\"");
  EXPECT_EQ(quote_ident("1a"), "\"1a\"");
  EXPECT_EQ(quote_ident("a b"), "\"a b\"");
  EXPECT_EQ(quote_ident("a$b"), "\"a$b\"");
  EXPECT_EQ(quote_ident("größe"), "\"größe\"");
  EXPECT_EQ(quote_ident(""), "\"\"");
  EXPECT_EQ(quote_ident("a\"; DROP TABLE b; --"), "\"a\"\"; DROP TABLE b; --\"");
}

TEST(QuoteIdent, KeywordsThatAreNotUnreservedAreQuoted) {
  for (const char* word : {"all", "user", "table", "int", "between", "left", "authorization",
                           "json_table", "merge_action", "system_user", "xmltable"}) {
    EXPECT_EQ(quote_ident(word), "\"" + std::string(word) + "\"");
  }
}

TEST(QuoteIdentVisibly, InvisibleCharactersAreWrittenAsUnicodeEscapes) {
  EXPECT_EQ(quote_ident_visibly("a\nb"), "U&\"a\\000Ab\"");
  EXPECT_EQ(quote_ident_visibly("\x1b[31m\"\\"), "U&\"\\001B[31m\"\"\\\\\"");
  EXPECT_EQ(quote_ident_visibly("\xE2\x80\xAE"
                                "x"),
            "U&\"\\202Ex\"");
  EXPECT_EQ(quote_ident_visibly("\xF3\xA0\x80\x81"), "U&\"\\+0E0001\"");
}

TEST(QuoteIdentVisibly, EverythingElseAsQuoteIdent) {
  EXPECT_EQ(quote_ident_visibly("a\\b"), "\"a\\b\"");
  EXPECT_EQ(quote_ident_visibly("表"), "\"表\"");
  EXPECT_EQ(quote_ident_visibly("orders"), "orders");
}

TEST(QuoteRelation, DotsInNamesDoNotSeparate) {
  EXPECT_EQ(quote_relation("a.b", "c"), "\"a.b\".c");
}

TEST(QuoteGrantee, PublicIsThePseudoRole) {
  EXPECT_EQ(quote_grantee("public"), "PUBLIC");
  EXPECT_EQ(quote_grantee("PUBLIC"), "\"PUBLIC\"");
  EXPECT_EQ(quote_grantee("app"), "app");
}

}  // namespace
}  // namespace conncheck
