#include "extension/rules/qualified_name.hpp"

#include <gtest/gtest.h>

namespace conncheck::rules::tests {
namespace {

using Parts = std::vector<std::string>;

TEST(SplitName, UnquotedPartsAreLowerCase) {
  EXPECT_EQ(split_name("orders"), Parts{"orders"});
  EXPECT_EQ(split_name(" Public . Orders_2$ "), (Parts{"public", "orders_2$"}));
  EXPECT_EQ(split_name("straße"), Parts{"straße"});
}

TEST(SplitName, QuotesKeepWhatIsInThem) {
  EXPECT_EQ(split_name("\"a.B\".\"c \"\"d\"\"\".e"), (Parts{"a.B", "c \"d\"", "e"}));
}

TEST(SplitName, WhatIsNoName) {
  for (const char* text :
       {"", ".", "a.", ".a", "\"\"", "\"a", "a b", "1a", "a..b", "a;b", "a\"b\"", "$a"}) {
    EXPECT_FALSE(split_name(text)) << text;
  }
}

TEST(SplitRoutine, NameAndArguments) {
  EXPECT_EQ(split_routine("public.f(integer,text)").name, "public.f");
  EXPECT_EQ(split_routine("public.f(integer, text)").arguments, "(integer,text)");
  EXPECT_EQ(split_routine("f").arguments, std::nullopt);
  EXPECT_EQ(split_routine("\"f(\"()").name, "\"f(\"");
  EXPECT_EQ(split_routine("f(s.\"a, b\", numeric)").arguments, "(s.\"a, b\",numeric)");
}

TEST(SplitRoutine, TypesOfTheServerNeedNoSchema) {
  EXPECT_EQ(split_routine("f(pg_catalog.text, pg_catalog.uuid)").arguments, "(text,uuid)");
  EXPECT_EQ(split_routine("f(s.text, \"pg_catalog.x\")").arguments, "(s.text,\"pg_catalog.x\")");
  EXPECT_EQ(split_routine("f(a.pg_catalog.").arguments, "(a.pg_catalog.");
  EXPECT_EQ(split_routine("f(pg_catalog.").arguments, "(");
}

}  // namespace
}  // namespace conncheck::rules::tests
