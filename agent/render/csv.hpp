// Reports as CSV: a row for each relation that a role can see.
#pragma once

#include <string>

#include "agent/render/report_format.hpp"

namespace conncheck {

/// RFC 4180's quoting, a header row first; records end in LF, as those of psql and COPY do.
/// A check that failed, and a role that sees nothing, has one row without a relation.
/// Lists are joined by `;`, columns are SQL identifiers: `SELECT(id,email);UPDATE(note)`.
/// Two things are changed, so that a file can be looked at safely (JSON has the names as they are):
/// invisible characters are shown as \u{001B}, and a cell that a spreadsheet would take for a
/// formula (`=`, `+`, `-`, `@` in front) begins with an apostrophe.
class CsvFormat : public ReportFormat {
 public:
  [[nodiscard]] std::string begin(const RunTotals& totals) const override;
  [[nodiscard]] std::string check(const CheckReport& report) const override;
  [[nodiscard]] std::string end(const RunTotals& totals) const override;
};

}  // namespace conncheck
