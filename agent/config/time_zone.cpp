#include "agent/config/time_zone.hpp"

namespace conncheck {

std::optional<cctz::time_zone> load_time_zone(const std::string& name) {
  cctz::time_zone zone = cctz::utc_time_zone();
  // cctz takes a path where it begins with a slash.
  const bool is_found = name.empty() || (name.front() != '/' && cctz::load_time_zone(name, &zone));
  return is_found ? std::optional(zone) : std::nullopt;
}

}  // namespace conncheck
