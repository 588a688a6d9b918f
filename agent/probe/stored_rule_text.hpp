// How the server writes a stored rule as text (pg_rewrite.ev_action), as far as the catalog query
// reads it. The server escapes blanks and braces in every name there, so that no name can pass for
// syntax: what is searched for has a blank in it.
#pragma once

#include <string>

#include "agent/probe/permissions_query.hpp"

namespace conncheck {

struct StoredRuleText {
  bool short_entries;    ///< up to 14 range table entries have a shorter name
  const char* nothing;   ///< begins the action of a rule that does NOTHING
  const char* utility;   ///< begins NOTIFY in one
  const char* relation;  ///< stands before the oid of each relation in a range table
  /// Begins each permission check. Up to 15 each range table entry carries its own, from 16 on they
  /// stand apart.
  const char* check;
  const char* relation_of_check;  ///< stands before the oid of a check's relation
  /// Index of the first relation in FROM: up to 15 the view itself comes before, twice (OLD, NEW).
  int base_entry;

  /// The letter for it where the text is cut into pieces (permissions_query_dropped.cpp).
  [[nodiscard]] const char* check_mark() const { return base_entry == 1 ? "c" : "e"; }

  /// SQL for a stored text as it is searched: braces in names, and the mark that the query sets
  /// itself, go, so that what is left is syntax only.
  [[nodiscard]] std::string of(const std::string& stored) const {
    const std::string plain =
        "replace(replace(replace(" + stored + R"(, E'\x01', ''), '\{', ''), '\}', ''))";
    return short_entries ? "replace(" + plain + ", '{RTE ', '{RANGETBLENTRY ')" : plain;
  }
};

inline StoredRuleText stored_rule_text(int server_version_num) {
  const bool short_entries = server_version_num < postgres_15;
  constexpr const char* relation = ":rtekind 0 :relid ";
  // MERGE took its place among the commands in 15.
  const char* const nothing = short_entries ? "({QUERY :commandType 6 " : "({QUERY :commandType 7 ";
  const char* const utility = short_entries ? "({QUERY :commandType 5 " : "({QUERY :commandType 6 ";
  if (server_version_num >= postgres_16) {
    return {short_entries, nothing, utility, relation, "{RTEPERMISSIONINFO ", ":relid ", 1};
  }
  return {short_entries, nothing, utility, relation, "{RANGETBLENTRY ", relation, 3};
}

}  // namespace conncheck
