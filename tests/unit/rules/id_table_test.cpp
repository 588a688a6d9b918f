#include "extension/rules/id_table.hpp"

#include <gtest/gtest.h>

namespace conncheck::rules {
namespace {

TEST(IdTable, AnEmptyOneHasNothing) {
  const IdTable<int> table;
  EXPECT_EQ(table.find(1), nullptr);
}

TEST(IdTable, KeepsEachValueWhileItGrows) {
  IdTable<std::uint32_t> table;
  // Neighbours, and ids that are the same in their lower bits.
  for (std::uint32_t i = 1; i <= 5000; ++i) {
    table.insert(i, i + 1);
    table.insert(i << 16 | 0x8000, i + 2);
  }
  for (std::uint32_t i = 1; i <= 5000; ++i) {
    ASSERT_NE(table.find(i), nullptr);
    EXPECT_EQ(*table.find(i), i + 1);
    ASSERT_NE(table.find(i << 16 | 0x8000), nullptr);
    EXPECT_EQ(*table.find(i << 16 | 0x8000), i + 2);
    EXPECT_EQ(table.find(i + 5000), nullptr);
  }
}

TEST(IdTable, TheLastValueOfAnIdHolds) {
  IdTable<int> table(1);
  table.insert(0xffffffff, 1);
  table.insert(0xffffffff, 2);
  ASSERT_NE(table.find(0xffffffff), nullptr);
  EXPECT_EQ(*table.find(0xffffffff), 2);
}

TEST(IdTable, RoomForSoManyIdsIsEnough) {
  IdTable<int> table(100);
  for (int id = 1; id <= 100; ++id) {
    table.insert(id, -id);
  }
  EXPECT_EQ(*table.find(100), -100);
  EXPECT_EQ(table.find(101), nullptr);
}

}  // namespace
}  // namespace conncheck::rules
