// Names as SQL writes them: `orders`, `public.orders`, `"a.b"."c ""d"""`.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace conncheck::rules {

/// The parts, unquoted; what is not quoted in lower case (of ASCII). nullopt: no such name.
[[nodiscard]] std::optional<std::vector<std::string>> split_name(std::string_view text);

/// A routine's name and, if they are given, its arguments from the opening parenthesis on, without
/// blanks behind commas and without `pg_catalog.` in front of a type.
struct RoutineText {
  std::string_view name;
  std::optional<std::string> arguments;
};
[[nodiscard]] RoutineText split_routine(std::string_view text);

}  // namespace conncheck::rules
