// A row of a server's answer: the first line says of which query, each further line is a column.
#include "agent/probe/rows.hpp"

#include "tests/fuzzing/invariant.hpp"

using namespace conncheck;
using namespace conncheck::fuzzing;

namespace {

struct Query {
  std::string_view name;
  std::size_t columns;
  void (*read)(const Columns& columns);
};

void read_permissions(const Columns& columns) {
  const RelationPermissions row = permissions_row(columns);
  demand(row.visible() || (row.privileges.empty() && row.column_privileges.empty()), "invisible");
  const Summary summary = summarize(std::span(&row, 1), {});
  demand(summary.tables == (row.visible() ? 1 : 0) && summary.readable <= summary.tables,
         "one relation counts as another number");
}

void read_information_schema(const Columns& columns) {
  std::vector<RelationPermissions> relations;
  add_information_schema_row(columns, relations);
  add_information_schema_row(columns, relations);
  demand(relations.size() == 1, "one relation became two");
  demand(!relations.front().can_read.value_or(false) ||
             relations.front().privileges.has(Privilege::select),
         "can_read without SELECT");
}

void read_explanation(const Columns& columns) {
  demand(explanation_row(columns, "SELECT").privilege == "SELECT", "another privilege");
}

constexpr Query queries[] = {
    {"permissions", 13, read_permissions},
    {"session", 13, [](const Columns& columns) { (void)session_row(columns); }},
    {"schema", 4, [](const Columns& columns) { (void)schema_row(columns); }},
    {"catalog contents", 3, [](const Columns& columns) { (void)catalog_contents_row(columns); }},
    {"powerful role", 3, [](const Columns& columns) { (void)powerful_role_row(columns); }},
    {"proof subject", 7, [](const Columns& columns) { (void)proof_subject_row(columns); }},
    {"explanation", 9, read_explanation},
    {"information_schema", 5, read_information_schema},
};

Columns columns_of(std::string_view text) {
  Columns columns;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    columns.push_back(line == "\\N" ? std::nullopt : std::optional(line));
  }
  return columns;
}

void read(const Query& query, const Columns& columns) {
  try {
    query.read(columns);
    demand(columns.size() == query.columns, "a row of another shape was taken");
  } catch (const MalformedAnswer& answer) {
    demand_printable(answer.what);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = view_of(data, size);
  const std::string_view name = take_line(rest);
  Columns columns = columns_of(rest);
  for (const Query& query : queries) {
    if (query.name == name) {
      read(query, columns);
      columns.resize(query.columns);
      read(query, columns);
    }
  }
  return 0;
}
