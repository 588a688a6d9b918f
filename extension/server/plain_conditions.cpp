#include "extension/server/plain_conditions.hpp"

#include <array>
#include <charconv>

#include "extension/server/catalog_scan.hpp"

namespace conncheck::server {
namespace {

/// Nodes by which no function is called, or one that their text names by ":funcid" or ":opfuncid".
/// Casts to domains, aggregates and subqueries are not among them.
constexpr std::array<std::string_view, 15> plain_nodes = {
    "VAR",       "CONST",    "OPEXPR",      "FUNCEXPR",     "SCALARARRAYOPEXPR",
    "BOOLEXPR",  "NULLTEST", "BOOLEANTEST", "RELABELTYPE",  "COERCEVIAIO",
    "ARRAYEXPR", "ARRAY",    "COALESCE",    "COALESCEEXPR", "SQLVALUEFUNCTION",
};

bool is_plain_node(std::string_view label) {
  return std::find(plain_nodes.begin(), plain_nodes.end(), label) != plain_nodes.end();
}

/// Behind every "{" stands what kind of node it is. Braces in strings have a backslash before them,
/// and are no plain nodes.
bool has_plain_nodes_only(std::string_view tree) {
  for (auto place = tree.find('{'); place != std::string_view::npos;
       place = tree.find('{', place)) {
    const auto begin = place + 1;
    place = std::min(tree.find(' ', begin), tree.size());
    if (!is_plain_node(tree.substr(begin, place - begin))) {
      return false;
    }
  }
  return true;
}

/// Where it lies; only what is stored compressed or apart is brought into the current memory
/// context.
std::string_view text_of(Datum stored) {
  const auto* bytes = (const varlena*)DatumGetPointer(stored);
  if (VARATT_IS_COMPRESSED(bytes) || VARATT_IS_EXTERNAL(bytes)) {
    bytes = guard([stored] { return (const varlena*)DatumGetTextPP(stored); });
  }
  return {VARDATA_ANY(bytes), static_cast<std::size_t>(VARSIZE_ANY_EXHDR(bytes))};
}

}  // namespace

bool PlainConditions::has(Datum stored) {
  const std::string_view tree = text_of(stored);
  if (!has_plain_nodes_only(tree)) {
    return false;
  }
  constexpr std::string_view mark = "funcid ";
  for (auto place = tree.find(mark); place != std::string_view::npos;
       place = tree.find(mark, place)) {
    const std::string_view before = tree.substr(0, place);
    place += mark.size();
    if (!before.ends_with(" :") && !before.ends_with(" :op")) {
      continue;  // of hashing, which is the planner's affair
    }
    Oid function = InvalidOid;
    (void)std::from_chars(tree.data() + place, tree.data() + tree.size(), function);
    if (!is_plain_function(function)) {
      return false;
    }
  }
  return true;
}

/// One with defaults for arguments might call what those call.
bool PlainConditions::is_plain_function(Oid function) {
  if (function == InvalidOid) {
    return false;
  }
  if (const bool* known = functions_.find(function)) {
    return *known;
  }
  const bool plain = guard([function] {
    HeapTuple const row = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
    if (!HeapTupleIsValid(row)) {
      return false;
    }
    const auto* const form = (Form_pg_proc)GETSTRUCT(row);
    const bool answer = is_null(row, Anum_pg_proc_proacl) && form->pronargdefaults == 0 &&
                        form->provolatile != PROVOLATILE_VOLATILE;
    ReleaseSysCache(row);
    return answer;
  });
  functions_.insert(function, plain);
  return plain;
}

}  // namespace conncheck::server
