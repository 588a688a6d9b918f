// Cells and rows of CSV.
#pragma once

#include <span>
#include <string>

namespace conncheck {

/// Appends a record, quoted as render_csv() says.
void append_csv_row(std::span<const std::string> cells, std::string& out);

}  // namespace conncheck
