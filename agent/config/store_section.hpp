// The section `store`: where history is kept.
#pragma once

#include <optional>

#include "agent/config/reader.hpp"
#include "agent/core/store_settings.hpp"

namespace conncheck {

/// The section's key; what it says goes to `store`.
[[nodiscard]] Key store_section(Reader& reader, std::optional<StoreSettings>& store);

}  // namespace conncheck
