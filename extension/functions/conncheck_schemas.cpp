// conncheck_schemas(role, include_system)
#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "extension/functions/module.hpp"
#include "extension/functions/relation_report.hpp"
#include "extension/server/memory.hpp"
#include "extension/server/row_writer.hpp"

CONNCHECK_SQL_FUNCTION(conncheck_schemas);

namespace conncheck::functions {
namespace {

struct Counts {
  std::int64_t tables = 0;
  std::int64_t readable = 0;
  std::int64_t writable = 0;
  std::int64_t truncatable = 0;
};

using CountsBySchema = std::unordered_map<const server::Schema*, Counts>;

CountsBySchema count_relations(server::Roles& roles, rules::Role& role,
                               const server::Schemas& schemas) {
  CountsBySchema counts;
  const RelationReport report(roles, role, schemas, {});
  for (std::size_t number = 0; number < report.size(); ++number) {
    server::check_for_interrupts();
    const ReportedRelation relation = report.at(number);
    Counts& of_schema = counts[relation.profile.schema];
    ++of_schema.tables;
    of_schema.readable += relation.verdict.can_read.value_or(false) ? 1 : 0;
    of_schema.writable += relation.verdict.can_write.value_or(false) ? 1 : 0;
    of_schema.truncatable += relation.verdict.can_truncate.value_or(false) ? 1 : 0;
  }
  return counts;
}

/// Those with USAGE or CREATE, and those that hold a visible relation.
std::vector<const server::Schema*> listed(const server::Schemas& schemas,
                                          const CountsBySchema& counts) {
  std::vector<const server::Schema*> result;
  for (const auto& [id, schema] : schemas) {
    if (schema.grants.can_use || schema.grants.can_create || counts.contains(&schema)) {
      result.push_back(&schema);
    }
  }
  std::sort(result.begin(), result.end(),
            [](const auto* a, const auto* b) { return a->name < b->name; });
  return result;
}

void write_schemas(FunctionCallInfo fcinfo) {
  server::RowWriter writer(fcinfo);
  server::Roles roles;
  rules::Role& role = roles.role(server::role_argument(fcinfo, 0));
  const bool include_system = !PG_ARGISNULL(1) && PG_GETARG_BOOL(1);
  const server::Schemas schemas = server::read_schemas(role, include_system);
  CountsBySchema counts = count_relations(roles, role, schemas);

  server::ScratchMemory memory;
  for (const server::Schema* schema : listed(schemas, counts)) {
    server::check_for_interrupts();
    const Counts& of_schema = counts[schema];
    server::Row row;
    row.name(roles.name(role.id()));
    row.name(schema->name);
    row.name(roles.name(schema->owner));
    row.boolean(schema->grants.can_use);
    row.boolean(schema->grants.can_create);
    row.bigint(of_schema.tables);
    row.bigint(of_schema.readable);
    row.bigint(of_schema.writable);
    row.bigint(of_schema.truncatable);
    writer.put(row);
    memory.reset();
  }
}

}  // namespace
}  // namespace conncheck::functions

Datum conncheck_schemas(PG_FUNCTION_ARGS) {
  conncheck::server::entry([fcinfo] { conncheck::functions::write_schemas(fcinfo); });
  return Datum{0};
}
