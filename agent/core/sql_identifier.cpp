#include "agent/core/sql_identifier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "agent/core/printable.hpp"

namespace conncheck {
namespace {

// Every keyword of PostgreSQL 18 that is not unreserved (src/include/parser/kwlist.h), sorted.
constexpr std::array<std::string_view, 164> keywords = {
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "inout",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "json",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "merge_action",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "real",
    "references",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
};
static_assert(std::is_sorted(keywords.begin(), keywords.end()));

bool is_plain(std::string_view name) {
  const auto starts = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const auto continues = [starts](char c) { return starts(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && starts(name.front()) &&
         std::all_of(name.begin(), name.end(), continues) &&
         !std::binary_search(keywords.begin(), keywords.end(), name);
}

std::string double_quoted(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) {
    quoted.append(c == '"' ? 2 : 1, c);
  }
  quoted += '"';
  return quoted;
}

std::string unicode_escaped(std::string_view name) {
  std::string quoted = "U&\"";
  for_each_character(name, [&quoted](std::string_view bytes, std::optional<char32_t> character) {
    if (character && is_invisible(*character)) {
      quoted += *character <= 0xFFFF
                    ? fmt::format("\\{:04X}", static_cast<std::uint32_t>(*character))
                    : fmt::format("\\+{:06X}", static_cast<std::uint32_t>(*character));
    } else if (bytes == "\"" || bytes == "\\") {
      quoted.append(2, bytes.front());
    } else {
      quoted += bytes;
    }
  });
  quoted += '"';
  return quoted;
}

}  // namespace

std::string quote_ident(std::string_view name) {
  return is_plain(name) ? std::string(name) : double_quoted(name);
}

std::string quote_ident_visibly(std::string_view name) {
  bool invisible = false;
  for_each_character(name, [&invisible](std::string_view, std::optional<char32_t> character) {
    invisible = invisible || (character && is_invisible(*character));
  });
  return invisible ? unicode_escaped(name) : quote_ident(name);
}

std::string quote_relation(std::string_view schema, std::string_view table) {
  return quote_ident_visibly(schema) + "." + quote_ident_visibly(table);
}

std::string quote_grantee(std::string_view role) {
  return role == "public" ? "PUBLIC" : quote_ident_visibly(role);
}

}  // namespace conncheck
