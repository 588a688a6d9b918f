// ${NAME} and ${NAME:-default}.
#include "agent/config/expansion.hpp"

#include "tests/fuzzing/invariant.hpp"

using namespace conncheck;
using namespace conncheck::fuzzing;

namespace {

constexpr std::string_view secret = "q9Zx7Kw3";

std::optional<std::string> variable(const std::string& name) {
  if (name == "SET") {
    return std::string(secret);
  }
  return name == "EMPTY" ? std::optional<std::string>("") : std::nullopt;
}

std::string escaped(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    result += text.substr(i, 2) == "${" ? "$$" : std::string(1, text[i]);
  }
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = view_of(data, size);
  const auto expanded = expand(text, variable);
  if (const auto* mistake = std::get_if<std::string>(&expanded)) {
    demand_printable(*mistake);
    demand(mistake->find(secret) == std::string::npos || text.find(secret) != std::string::npos,
           "a mistake repeats a variable's value");
  } else {
    const auto& result = std::get<ExpandedText>(expanded);
    demand(result.from_environment || result.value.size() <= size, "text came from nowhere");
  }
  const auto literal = expand(escaped(text), variable);
  demand(std::get<ExpandedText>(literal).value == text, "escaped text does not stand for itself");
  return 0;
}
