// `schedule`, and the parts of it that other sections have too.
#pragma once

#include <optional>
#include <string>

#include "agent/config/reader.hpp"

namespace conncheck {

/// {every, jitter} or {cron, timezone}.
[[nodiscard]] std::optional<Schedule> read_schedule(Reader& reader, const Value& value);

/// Text that parse_cron() takes.
[[nodiscard]] std::optional<std::string> read_cron(Reader& reader, const Value& value);

/// A name that load_time_zone() finds.
[[nodiscard]] std::optional<std::string> read_timezone(Reader& reader, const Value& value);

}  // namespace conncheck
