// The sections that are checked but have no effect in this version.
#pragma once

#include <vector>

#include "agent/config/reader.hpp"

namespace conncheck {

/// store, http, alerts and waivers: keys and types are checked, and each section gives a warning
/// that it has no effect, so that nobody relies on it.
[[nodiscard]] std::vector<Key> later_sections(Reader& reader);

}  // namespace conncheck
