#include "agent/core/cron_fields.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace conncheck {
namespace {

bool equal_but_for_case(std::string_view text, std::string_view lower_case) {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
}

/// Decimal digits and nothing else.
std::optional<int> parse_number(std::string_view text) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto [after, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && after == end && text.front() != '-' ? std::optional(number)
                                                                     : std::nullopt;
}

std::optional<int> parse_value(const CronField& field, std::string_view text) {
  for (std::size_t word = 0; word < field.words.size(); ++word) {
    if (equal_but_for_case(text, field.words[word])) {
      return field.first + static_cast<int>(word);
    }
  }
  const auto number = parse_number(text);
  return number && *number >= field.first && *number <= field.last ? number : std::nullopt;
}

struct Range {
  int from = 0;
  int to = 0;
};

std::optional<Range> parse_range(const CronField& field, std::string_view text) {
  if (text == "*") {
    return Range{field.first, field.last};
  }
  const std::size_t dash = text.find('-');
  const auto from = parse_value(field, text.substr(0, dash));
  const auto to = dash == std::string_view::npos ? from : parse_value(field, text.substr(dash + 1));
  return from && to && *from <= *to ? std::optional(Range{*from, *to}) : std::nullopt;
}

std::optional<std::uint64_t> parse_element(const CronField& field, std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view base = text.substr(0, slash);
  const auto range = parse_range(field, base);
  std::optional<int> step = 1;
  if (slash != std::string_view::npos) {
    // 5/15 has no end: cron(5) has steps after a range or * only.
    const bool has_end = base == "*" || base.find('-') != std::string_view::npos;
    step = has_end ? parse_number(text.substr(slash + 1)) : std::nullopt;
  }
  if (!range || !step || *step < 1 || *step > field.last) {
    return std::nullopt;
  }
  std::uint64_t values = 0;
  for (int value = range->from; value <= range->to; value += *step) {
    values |= std::uint64_t{1} << static_cast<unsigned>(value);
  }
  return values;
}

}  // namespace

std::optional<std::uint64_t> parse_cron_field(const CronField& field, std::string_view text) {
  std::uint64_t values = 0;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const auto element = parse_element(field, text.substr(at, comma - at));
    if (!element) {
      return std::nullopt;
    }
    values |= *element;
    at = comma + 1;
  }
  return values;
}

}  // namespace conncheck
