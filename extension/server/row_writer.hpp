// Rows of a set-returning function, in materialize mode.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "extension/server/guard.hpp"

namespace conncheck::server {

/// Values of SQL's types, in the current memory context.
[[nodiscard]] Datum name_value(const std::string& value);
[[nodiscard]] Datum text_value(std::string_view value);
[[nodiscard]] Datum text_array_value(const std::vector<std::string>& values);

/// One row being built: call one method for each column, in their order. Allocates in the current
/// memory context.
class Row {
 public:
  static constexpr int max_columns = 20;

  void null();
  /// One that is there already, of the column's type.
  void value(Datum value) { add(value); }
  void name(const std::string& value);
  void text(std::string_view value);
  void boolean(std::optional<bool> value);
  void integer(std::int32_t value);
  void bigint(std::int64_t value);
  void timestamp(std::optional<TimestampTz> value);
  void text_array(const std::vector<std::string>& values);
  /// `json`: the text of one JSON value.
  void jsonb(const std::string& json);

  /// Fills arrays as long as the row.
  void copy_to(Datum* values, bool* nulls) const {
    std::copy_n(values_.data(), count_, values);
    std::copy_n(nulls_.data(), count_, nulls);
  }

 private:
  friend class RowWriter;
  void add(Datum value);

  std::array<Datum, max_columns> values_ = {};
  std::array<bool, max_columns> nulls_ = {};
  std::size_t count_ = 0;
};

/// The function's result. Construct it first; it lives until the caller has read the rows.
class RowWriter {
 public:
  /// Raises an error where the caller cannot take a set, as every such function does.
  explicit RowWriter(FunctionCallInfo fcinfo);

  void put(const Row& row);

 private:
  Tuplestorestate* rows_ = nullptr;
  TupleDesc descriptor_ = nullptr;
};

}  // namespace conncheck::server
