// Reports as Markdown, for pull requests, wikis and chat.
#pragma once

#include <string>

#include "agent/render/report_format.hpp"

namespace conncheck {

/// A heading for each connection, the relations as a table, the findings as a list with the SQL
/// that mends them. GitHub's dialect; what is in the reports can neither break out of its place
/// nor become markup. Valid UTF-8, invisible characters shown as \u{001B}.
class MarkdownFormat : public ReportFormat {
 public:
  [[nodiscard]] std::string begin(const RunTotals& totals) const override;
  [[nodiscard]] std::string check(const CheckReport& report) const override;
  [[nodiscard]] std::string end(const RunTotals& totals) const override;
};

}  // namespace conncheck
