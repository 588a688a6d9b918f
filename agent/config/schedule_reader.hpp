// `schedule`, and the parts of it that other sections have too.
#pragma once

#include <optional>
#include <string>

#include "agent/config/reader.hpp"

namespace conncheck {

/// {every, jitter} or {cron, timezone, jitter}. A cron schedule is checked for its form.
[[nodiscard]] std::optional<Schedule> read_schedule(Reader& reader, const Value& value);

/// Five fields: minute, hour, day of month, month, day of week.
[[nodiscard]] std::optional<std::string> read_cron(Reader& reader, const Value& value);

/// The form of an IANA time zone's name.
[[nodiscard]] std::optional<std::string> read_timezone(Reader& reader, const Value& value);

}  // namespace conncheck
