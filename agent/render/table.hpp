// Reports as a table for people.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "agent/render/report_format.hpp"

namespace conncheck {

struct TableOptions {
  bool colour = false;               ///< ANSI sequences; never without being asked
  std::optional<std::size_t> width;  ///< of the terminal; none: rows are not broken
};

/// For each connection: whether it connected, as whom, to what; then every relation with Role,
/// Schema, Table, Read, Write, Truncate, and Notes where a row has one; then the findings, those
/// alike told as one, with the GRANT that mends them. At the end one line for the whole run.
/// Nothing is left out. Valid UTF-8; the only control characters are newlines and the colours'.
class TableFormat : public ReportFormat {
 public:
  explicit TableFormat(TableOptions options = {}) : options_(options) {}
  [[nodiscard]] std::string begin(const RunTotals& totals) const override;
  [[nodiscard]] std::string check(const CheckReport& report) const override;
  [[nodiscard]] std::string_view between() const override { return "\n"; }
  [[nodiscard]] std::string end(const RunTotals& totals) const override;

 private:
  TableOptions options_;
};

}  // namespace conncheck
