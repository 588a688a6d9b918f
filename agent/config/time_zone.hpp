// Time zones of this machine's database.
#pragma once

#include <cctz/time_zone.h>

#include <optional>
#include <string>

namespace conncheck {

/// The zone of an IANA name (Europe/Berlin), UTC for an empty one. Nothing: the machine's database
/// (/usr/share/zoneinfo, or $TZDIR) does not have it. UTC needs no database.
[[nodiscard]] std::optional<cctz::time_zone> load_time_zone(const std::string& name);

}  // namespace conncheck
