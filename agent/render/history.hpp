// Runs of checks, and what changed between them, as text.
#pragma once

#include <span>
#include <string>

#include "agent/core/history_entry.hpp"

namespace conncheck {

/// Formats of both: valid UTF-8, no invisible characters; CSV and JSON as those of reports.
enum class HistoryFormat {
  text,
  json,
  csv,
  sql,  ///< changes alone: the statements that would undo them, what changed as comments
};

/// One line, record or object for each entry, in their order.
[[nodiscard]] std::string render_runs(const std::string& connection, std::span<const RunEntry> runs,
                                      HistoryFormat format);

/// What changed from `from` to `to`.
[[nodiscard]] std::string render_changes(const std::string& connection, const RunEntry& from,
                                         const RunEntry& to, std::span<const DatedChange> changes,
                                         HistoryFormat format);

}  // namespace conncheck
