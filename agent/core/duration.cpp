#include "agent/core/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace conncheck {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};

constexpr std::array units = {
    Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000}, Unit{"s", 1'000}, Unit{"ms", 1},
};

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || count < 0 || text.front() == '-') {
    return std::nullopt;
  }
  const std::string_view name(after, static_cast<std::size_t>(end - after));
  for (const Unit& unit : units) {
    if (unit.name == name && count <= longest_duration.count() / unit.milliseconds) {
      return std::chrono::milliseconds(count * unit.milliseconds);
    }
  }
  return std::nullopt;
}

std::string format_duration(std::chrono::milliseconds duration) {
  const std::int64_t count = duration.count();
  for (const Unit& unit : units) {
    if (count != 0 && count % unit.milliseconds == 0) {
      return std::to_string(count / unit.milliseconds) + std::string(unit.name);
    }
  }
  return "0s";
}

}  // namespace conncheck
