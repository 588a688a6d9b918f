#include "agent/config/policy_reader.hpp"

#include <string>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "agent/config/wording.hpp"
#include "agent/core/privilege_words.hpp"

namespace conncheck {
namespace {

void read_table(Reader& reader, const Value& value, PolicyRule& rule) {
  const auto text = reader.read_text(value, "a table pattern");
  if (!text) {
    return;
  }
  auto pattern = RelationPattern::parse(text->value);
  if (auto* parsed = std::get_if<RelationPattern>(&pattern)) {
    rule.tables.push_back(std::move(*parsed));
  } else if (text->from_environment || !is_showable(text->value)) {
    reader.error(value.place, "a table pattern must be SCHEMA.TABLE, as in public.* or *.orders" +
                                  Reader::but_not(*text));
  } else {
    reader.error(value.place, fmt::format("table pattern {}: {}", in_backquotes(text->value),
                                          std::get<std::string>(pattern)));
  }
}

void read_privilege(Reader& reader, const Value& value, PolicyRule& rule) {
  const auto text = reader.read_text(value, "a privilege");
  if (!text) {
    return;
  }
  if (const auto privileges = privileges_of_word(text->value)) {
    rule.privileges = rule.privileges | *privileges;
    return;
  }
  std::vector<std::string_view> words = {"read", "write"};
  for (const Privilege privilege : relation_privileges) {
    words.push_back(to_string(privilege));
  }
  reader.error(
      value.place,
      fmt::format("a privilege must be {}{}{}", alternatives(words), Reader::but_not(*text),
                  text->from_environment ? "" : suggestion(text->value, words)));
}

}  // namespace

std::vector<PolicyRule> read_policy(Reader& reader, const Value& value, std::string_view what) {
  std::vector<PolicyRule> rules;
  reader.read_list(value, what, [&](const Value& item) {
    PolicyRule rule;
    rule.origin = reader.origin(item.place);
    bool has_tables = false;
    bool has_privileges = false;
    const int errors_before = reader.errors();
    const auto read_tables = [&](const Value& tables) {
      has_tables = true;
      reader.read_list_or_text(tables, "`tables`",
                               [&](const Value& table) { read_table(reader, table, rule); });
    };
    const auto read_privileges = [&](const Value& privileges) {
      has_privileges = true;
      reader.read_list_or_text(privileges, "`privileges`", [&](const Value& privilege) {
        read_privilege(reader, privilege, rule);
      });
    };
    const bool is_mapping = reader.read_mapping(
        item, "a rule", {{"tables", read_tables}, {"privileges", read_privileges}});
    if (is_mapping && !has_tables) {
      reader.error(item.place,
                   fmt::format("a rule of {} has no `tables`: add tables: [\"*.*\"], or "
                               "the ones that are meant",
                               what));
    }
    if (is_mapping && !has_privileges) {
      reader.error(item.place,
                   fmt::format("a rule of {} has no `privileges`: add privileges: [read], or the "
                               "ones that are meant",
                               what));
    }
    if (reader.errors() == errors_before) {
      rules.push_back(std::move(rule));
    }
  });
  return rules;
}

}  // namespace conncheck
