// What a role holds by column on the relations of a report.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "extension/functions/relation_candidates.hpp"
#include "extension/rules/columns.hpp"

namespace conncheck::functions {

/// Only columns on which something is held are kept. Add all of them, sort(), then ask.
class HeldColumns {
 public:
  /// Relations are known by their numbers among `count` candidates.
  explicit HeldColumns(std::size_t count) : has_some_(count) {}

  void add(std::uint32_t candidate, int number, std::string_view name, PrivilegeSet held);
  void sort();
  /// What each column that counts grants. After sort(), in the candidates' order.
  void add_on_every(std::uint32_t candidate, PrivilegeSet held);

  [[nodiscard]] bool has_some(std::size_t candidate) const { return has_some_[candidate]; }
  /// In the columns' order.
  [[nodiscard]] std::vector<rules::ColumnGrant> of(std::size_t candidate) const;
  [[nodiscard]] PrivilegeSet on_column(std::size_t candidate, int number) const;
  [[nodiscard]] PrivilegeSet on_every(std::size_t candidate) const;

 private:
  struct Column {
    std::uint32_t candidate;
    std::int16_t number;
    PrivilegeSet held;
    std::uint32_t name;
  };

  struct Whole {
    std::uint32_t candidate;
    PrivilegeSet held;
  };

  static bool in_order(const Column& a, const Column& b);

  std::vector<bool> has_some_;
  std::vector<Column> columns_;
  std::vector<Whole> on_every_;
  NameStore names_;
};

}  // namespace conncheck::functions
