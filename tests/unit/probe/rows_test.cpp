#include "agent/probe/rows.hpp"

#include <gtest/gtest.h>

namespace conncheck {
namespace {

using Texts = std::vector<std::string>;

Columns permissions_columns() {
  return {"app", "public",     "orders", "table", "t", "f", std::nullopt, R"(["SELECT","INSERT"])",
          "[]",  std::nullopt, "owner",  "none",  "[]"};
}

Texts blocked_by(std::string_view array) {
  Columns columns = permissions_columns();
  columns[12] = array;
  return permissions_row(columns).blocked_by;
}

TEST(Rows, Permissions) {
  const RelationPermissions row = permissions_row(permissions_columns());
  EXPECT_EQ(row.schema_name, "public");
  EXPECT_EQ(row.table_name, "orders");
  EXPECT_EQ(row.can_read, true);
  EXPECT_EQ(row.can_write, false);
  EXPECT_EQ(row.can_truncate, std::nullopt);
  EXPECT_EQ(row.privileges, (PrivilegeSet{Privilege::select, Privilege::insert}));
  EXPECT_TRUE(row.grantable.empty());
  EXPECT_TRUE(row.column_privileges.empty());
  EXPECT_TRUE(row.blocked_by.empty());
}

TEST(Rows, ArraysOfStrings) {
  EXPECT_EQ(blocked_by("[]"), Texts{});
  EXPECT_EQ(blocked_by(R"([""])"), Texts{""});
  EXPECT_EQ(blocked_by(R"(["a"])"), Texts{"a"});
  EXPECT_EQ(blocked_by(R"(["a","b]","c,d"])"), (Texts{"a", "b]", "c,d"}));
  EXPECT_EQ(blocked_by(R"([ "a", "b" ])"), (Texts{"a", "b"}));
  EXPECT_EQ(blocked_by("[\"a\xFF\"]"), Texts{"a\xFF"});  // a database in SQL_ASCII
}

TEST(Rows, ArraysWithEscapes) {
  EXPECT_EQ(blocked_by(R"(["a\"b"])"), Texts{"a\"b"});
  EXPECT_EQ(blocked_by(R"(["a","b\\"])"), (Texts{"a", "b\\"}));
  EXPECT_EQ(blocked_by(R"(["\u00e4","c"])"), (Texts{"\xC3\xA4", "c"}));
}

TEST(Rows, WhatIsNoArrayOfStringsIsAMalformedAnswer) {
  for (const char* text : {R"(["a",null,"b",1])", "7", "null", "{}"}) {
    EXPECT_THROW(blocked_by(text), MalformedAnswer) << text;
  }
}

TEST(Rows, AFlagIsYesOrNo) {
  for (const char* text : {"", "true", "T", "yes", "1"}) {
    Columns columns = permissions_columns();
    columns[4] = text;
    EXPECT_THROW(static_cast<void>(permissions_row(columns)), MalformedAnswer) << text;
  }
}

TEST(Rows, WhatIsNoJsonIsAMalformedAnswer) {
  for (const char* text : {"", "[", "]", "[\"", "[\"a\"", "[\"a]", "[\"a\",]", "[,]",
                           "[\"a\"\"b\"]", "[\"a\" \"b\"]", "[a]", "[\"a\"]x"}) {
    EXPECT_THROW(blocked_by(text), MalformedAnswer) << text;
  }
}

TEST(Rows, UnknownPrivilegesAreLeftOut) {
  Columns columns = permissions_columns();
  columns[7] = R"(["FUTURE","DELETE"])";
  EXPECT_EQ(permissions_row(columns).privileges, PrivilegeSet{Privilege::delete_});
  columns[7] = R"(["DELETE",  "SELECT"])";
  EXPECT_EQ(permissions_row(columns).privileges,
            (PrivilegeSet{Privilege::select, Privilege::delete_}));
}

TEST(Rows, AnotherNumberOfColumnsIsAMalformedAnswer) {
  EXPECT_THROW((void)permissions_row(Columns(12)), MalformedAnswer);
}

}  // namespace
}  // namespace conncheck
