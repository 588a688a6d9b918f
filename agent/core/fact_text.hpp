// Facts as text: fields one after the other, each with its length in front, so that no character of
// a name can end one early.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace conncheck {

class FactWriter {
 public:
  FactWriter& add(std::string_view field);
  FactWriter& add_number(std::size_t number) { return add(std::to_string(number)); }
  /// Sorted: the order in which a server lists them is no fact.
  FactWriter& add_sorted(std::vector<std::string> fields);

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

/// Reads what a FactWriter wrote. After something else it gives empty fields, and is not whole.
class FactReader {
 public:
  explicit FactReader(std::string_view text) : rest_(text) {}

  [[nodiscard]] std::string next();
  [[nodiscard]] std::size_t next_number();
  [[nodiscard]] std::size_t next_count();  ///< never more than there are bytes left
  [[nodiscard]] std::vector<std::string> next_list();

  /// All of it was read, and none was missing.
  [[nodiscard]] bool is_whole() const { return !is_damaged_ && rest_.empty(); }

 private:
  std::string damaged();

  std::string_view rest_;
  bool is_damaged_ = false;
};

}  // namespace conncheck
