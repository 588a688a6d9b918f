#include "agent/config/expansion.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include <fmt/format.h>

namespace conncheck {
namespace {

using ValueOrMistake = std::variant<std::string, std::string>;
constexpr std::size_t value = 0;
constexpr std::size_t mistake = 1;

/// `inside` is what stands between `${` and `}`.
ValueOrMistake look_up(std::string_view inside, const Environment& environment) {
  const std::size_t colon = inside.find(':');
  const std::string name(inside.substr(0, colon));
  const bool has_default = colon != std::string_view::npos && inside.substr(colon, 2) == ":-";
  if (!is_variable_name(name) || (colon != std::string_view::npos && !has_default)) {
    return ValueOrMistake(std::in_place_index<mistake>,
                          "a ${ is not followed by a variable's name: write ${NAME} or "
                          "${NAME:-default}, or $${ for the characters ${");
  }
  const std::optional<std::string> found = environment(name);
  if (found && !found->empty()) {
    return ValueOrMistake(std::in_place_index<value>, *found);
  }
  if (has_default) {
    return ValueOrMistake(std::in_place_index<value>, inside.substr(colon + 2));
  }
  return ValueOrMistake(
      std::in_place_index<mistake>,
      fmt::format("environment variable {0} is {1}: set it, or write ${{{0}:-default}}", name,
                  found ? "empty" : "not set"));
}

}  // namespace

bool is_variable_name(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto is_allowed = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), is_allowed);
}

std::variant<ExpandedText, std::string> expand(std::string_view text,
                                               const Environment& environment) {
  ExpandedText result;
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at, 3) == "$${") {
      result.value += "${";
      at += 3;
      continue;
    }
    if (text.substr(at, 2) != "${") {
      result.value += text[at++];
      continue;
    }
    const std::size_t end = text.find('}', at);
    if (end == std::string_view::npos) {
      return "a ${ has no }: write ${NAME}, or $${ for the characters ${";
    }
    ValueOrMistake variable = look_up(text.substr(at + 2, end - at - 2), environment);
    if (auto* sentence = std::get_if<mistake>(&variable)) {
      return std::move(*sentence);
    }
    result.value += std::get<value>(variable);
    result.from_environment = true;
    at = end + 1;
  }
  return result;
}

}  // namespace conncheck
