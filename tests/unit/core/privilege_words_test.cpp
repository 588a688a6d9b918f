#include "agent/core/privilege_words.hpp"

#include <gtest/gtest.h>

#include <string>

namespace conncheck {
namespace {

TEST(PrivilegeWords, ReadWriteTruncate) {
  EXPECT_EQ(privileges_of_word("read"), PrivilegeSet{Privilege::select});
  EXPECT_EQ(privileges_of_word("write"),
            (PrivilegeSet{Privilege::insert, Privilege::update, Privilege::delete_}));
  EXPECT_EQ(privileges_of_word("truncate"), PrivilegeSet{Privilege::truncate});
}

TEST(PrivilegeWords, EveryPrivilegeByItsName) {
  for (const Privilege privilege : relation_privileges) {
    EXPECT_EQ(privileges_of_word(to_string(privilege)), PrivilegeSet{privilege});
  }
}

TEST(PrivilegeWords, CaseDoesNotMatter) {
  EXPECT_EQ(privileges_of_word("Read"), privileges_of_word("READ"));
  EXPECT_EQ(privileges_of_word("maintain"), PrivilegeSet{Privilege::maintain});
}

TEST(PrivilegeWords, NothingElse) {
  for (const char* word : {"", "reads", "SELECT ", "all", "usage", "lesen"}) {
    EXPECT_FALSE(privileges_of_word(word)) << word;
  }
}

}  // namespace
}  // namespace conncheck
