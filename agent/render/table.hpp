// Reports as a table for people.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "agent/core/report.hpp"

namespace conncheck {

struct TableOptions {
  bool colour = false;               ///< ANSI sequences; never without being asked
  std::optional<std::size_t> width;  ///< of the terminal; none: rows are not broken
};

/// For each connection: whether it connected, as whom, to what; then every relation with Role,
/// Schema, Table, Read, Write, Truncate, and Notes where a row has one; then the findings, those
/// alike told as one, with the GRANT that mends them. At the end one line for the whole run.
/// Nothing is left out. Valid UTF-8; the only control characters are newlines and the colours'.
[[nodiscard]] std::string render_table(std::span<const CheckReport> reports,
                                       const TableOptions& options = {});

}  // namespace conncheck
