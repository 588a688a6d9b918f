// conncheck_permissions(role, schema_pattern, table_pattern, include_system, include_invisible)
#include <optional>
#include <string_view>

#include "extension/functions/module.hpp"
#include "extension/functions/permission_rows.hpp"
#include "extension/functions/relation_report.hpp"
#include "extension/server/memory.hpp"
#include "extension/server/row_stream.hpp"

CONNCHECK_SQL_FUNCTION(conncheck_permissions);
CONNCHECK_SQL_FUNCTION(conncheck_permissions_support);

namespace conncheck::functions {
namespace {

std::size_t character_length(std::string_view rest) {
  return static_cast<std::size_t>(pg_encoding_mblen(GetDatabaseEncoding(), rest.data()));
}

std::optional<rules::NamePattern> pattern_argument(FunctionCallInfo fcinfo, int argument) {
  if (PG_ARGISNULL(argument)) {
    return std::nullopt;
  }
  const char* const pattern =
      server::guard([=] { return text_to_cstring(PG_GETARG_TEXT_PP(argument)); });
  return rules::NamePattern(pattern, character_length);
}

bool flag_argument(FunctionCallInfo fcinfo, int argument) {
  return !PG_ARGISNULL(argument) && PG_GETARG_BOOL(argument);
}

class PermissionStream : public server::RowStream {
 public:
  explicit PermissionStream(FunctionCallInfo fcinfo)
      : role_(roles_.role(server::role_argument(fcinfo, 0))),
        schemas_(server::read_schemas(role_, flag_argument(fcinfo, 3))),
        report_(roles_, role_, schemas_, selection(fcinfo)),
        rows_(roles_, role_.id()) {}

  const server::Row* next() override {
    return next_ < report_.size() ? &rows_.row(report_.at(next_++)) : nullptr;
  }
  void rewind() override { next_ = 0; }

 private:
  static ReportSelection selection(FunctionCallInfo fcinfo) {
    return {pattern_argument(fcinfo, 1), pattern_argument(fcinfo, 2), flag_argument(fcinfo, 4)};
  }

  server::Roles roles_;
  rules::Role& role_;
  server::Schemas schemas_;
  RelationReport report_;
  PermissionRows rows_;
  std::size_t next_ = 0;
};

std::unique_ptr<server::RowStream> open_permissions(FunctionCallInfo fcinfo) {
  return std::make_unique<PermissionStream>(fcinfo);
}

void write_permissions(FunctionCallInfo fcinfo) {
  server::RowWriter writer(fcinfo);
  PermissionStream stream(fcinfo);
  server::ScratchMemory memory;
  while (const server::Row* const row = stream.next()) {
    server::check_for_interrupts();
    writer.put(*row);
    memory.reset();
  }
}

}  // namespace

void stream_permissions() { server::stream_in_from(conncheck_permissions, open_permissions); }

}  // namespace conncheck::functions

Datum conncheck_permissions(PG_FUNCTION_ARGS) {
  conncheck::server::entry([fcinfo] { conncheck::functions::write_permissions(fcinfo); });
  return Datum{0};
}

Datum conncheck_permissions_support(PG_FUNCTION_ARGS) {
  return conncheck::server::row_stream_support(fcinfo);
}
