#include "agent/core/explanation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace conncheck {

std::vector<std::string> explained_privileges(const std::string& word) {
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (lower == "read") {
    return {"SELECT"};
  }
  if (lower == "write") {
    return {"INSERT", "UPDATE", "DELETE"};
  }
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return {lower};
}

std::optional<ExplanationRefusal> refusal_without_extension(
    const std::optional<std::string>& version, std::optional<bool> executable) {
  if (!version) {
    return ExplanationRefusal{
        "the extension conncheck is not installed in this database, and explains privileges",
        "CREATE EXTENSION conncheck; as the database's owner or a superuser"};
  }
  if (!executable) {
    return ExplanationRefusal{
        fmt::format("the extension conncheck {} is installed; explanations come with 0.2.0",
                    *version),
        "ALTER EXTENSION conncheck UPDATE; as the extension's owner"};
  }
  if (!*executable) {
    return ExplanationRefusal{
        "conncheck_explain() may not be called by the connection's role",
        "grant it USAGE on the extension's schema and EXECUTE on the function"};
  }
  return std::nullopt;
}

bool is_about_the_question(std::string_view sqlstate) {
  // Undefined table, object, function; invalid parameter value, name and schema name; ambiguous.
  constexpr std::array<std::string_view, 8> states = {"42P01", "42704", "42883", "22023",
                                                      "42602", "3F000", "42703", "42725"};
  return std::find(states.begin(), states.end(), sqlstate) != states.end();
}

}  // namespace conncheck
