// Reports as Markdown, for pull requests, wikis and chat.
#pragma once

#include <span>
#include <string>

#include "agent/core/report.hpp"

namespace conncheck {

/// A heading for each connection, the relations as a table, the findings as a list with the SQL
/// that mends them. GitHub's dialect; what is in the reports can neither break out of its place
/// nor become markup. Valid UTF-8, invisible characters shown as \u{001B}.
[[nodiscard]] std::string render_markdown(std::span<const CheckReport> reports);

}  // namespace conncheck
