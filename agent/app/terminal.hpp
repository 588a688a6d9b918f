// Results on standard output, for people at a terminal or for a pipe.
#pragma once

#include <string>

#include "agent/render/table.hpp"

namespace conncheck {

/// Colours as --color (auto, always, never), $NO_COLOR and the terminal have it; its width.
[[nodiscard]] TableOptions table_options(const std::string& color);

/// Writes results; says on standard error, and returns false, if they are lost.
[[nodiscard]] bool print_results(const std::string& output);

/// The end of results that were written piece by piece: the same, where a piece was lost or what
/// was written cannot be flushed.
[[nodiscard]] bool confirm_results(bool are_written);

}  // namespace conncheck
