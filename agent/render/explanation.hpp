// An explanation of privileges as text for people or programs.
#pragma once

#include <string>

#include "agent/core/explanation.hpp"
#include "agent/render/table.hpp"

namespace conncheck {

/// For each privilege one line that says whether it is held and usable, then each way to it, or
/// what is missing, with its statement. Valid UTF-8, no control characters but newlines and
/// colours.
[[nodiscard]] std::string render_explanation_table(const Explanation& explanation,
                                                   const TableOptions& options = {});

/// An object with the question and its `rows`, whose keys are the columns of conncheck_explain().
[[nodiscard]] std::string render_explanation_json(const Explanation& explanation);

/// A header, then a line for each row; cells as in render_csv().
[[nodiscard]] std::string render_explanation_csv(const Explanation& explanation);

}  // namespace conncheck
