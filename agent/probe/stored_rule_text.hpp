// How the server writes a stored rule as text (pg_rewrite.ev_action), as far as the catalog query
// reads it. The server escapes blanks and braces in every name there, so that no name can pass for
// syntax: what is searched for has a blank in it.
#pragma once

#include "agent/probe/permissions_query.hpp"

namespace conncheck {

struct StoredRuleText {
  const char* sql;       ///< the text of the rule in a row `w` of pg_rewrite
  const char* relation;  ///< stands before the oid of each relation in a range table
  /// Begins each permission check. Up to 15 each range table entry carries its own, from 16 on they
  /// stand apart.
  const char* check;
  const char* relation_of_check;  ///< stands before the oid of a check's relation
  /// Index of the first relation in FROM: up to 15 the view itself comes before, twice (OLD, NEW).
  int base_entry;
};

inline StoredRuleText stored_rule_text(int server_version_num) {
  // Braces in names, and the mark that the query sets itself, go: what is left is syntax only.
  // Up to 14 range table entries have a shorter name.
  const char* const sql =
      server_version_num >= 150000
          ? R"(replace(replace(replace(w.ev_action::text || w.ev_qual::text, E'\x01', ''), '\{', ''), '\}', ''))"
          : R"(replace(replace(replace(replace(w.ev_action::text || w.ev_qual::text, E'\x01', ''), '\{', ''), '\}', ''),
                '{RTE ', '{RANGETBLENTRY '))";
  constexpr const char* relation = ":rtekind 0 :relid ";
  if (server_version_num >= postgres_16) {
    return {sql, relation, "{RTEPERMISSIONINFO ", ":relid ", 1};
  }
  return {sql, relation, "{RANGETBLENTRY ", relation, 3};
}

}  // namespace conncheck
