// conncheck_session()
#include <optional>
#include <string>

#include "extension/functions/module.hpp"
#include "extension/server/memory.hpp"
#include "extension/server/row_writer.hpp"
#include "extension/server/session.hpp"

CONNCHECK_SQL_FUNCTION(conncheck_session);

namespace conncheck::functions {
namespace {

void add_tls(const std::optional<server::ClientTls>& tls, server::Row& row) {
  row.boolean(tls ? std::optional<bool>(tls->in_use) : std::nullopt);
  if (tls && tls->in_use) {
    row.text(tls->version);
    row.text(tls->cipher);
  } else {
    row.null();
    row.null();
  }
}

void write_session(FunctionCallInfo fcinfo) {
  server::RowWriter writer(fcinfo);
  server::ScratchMemory memory;
  server::Roles roles;
  const server::Session session = server::read_session();
  const server::RoleRow role = server::role_row(session.role);

  server::Row row;
  row.name(roles.name(session.role));
  row.name(roles.name(session.session_user));
  row.name(session.database_name);
  row.text(session.server_version);
  row.integer(session.server_version_num);
  session.extension_version.empty() ? row.null() : row.text(session.extension_version);
  row.boolean(role.attributes.superuser);
  row.boolean(role.attributes.superuser || role.attributes.bypass_rls);
  row.boolean(session.can_create_schema);
  row.boolean(session.can_create_temp);
  row.boolean(session.in_recovery);
  row.boolean(session.read_only);
  add_tls(session.tls, row);
  row.timestamp(session.backend_start);
  row.timestamp(role.expires ? std::optional<TimestampTz>(role.valid_until) : std::nullopt);
  row.integer(role.connection_limit);
  row.text_array(server::reachable_roles(session.session_user, session.role));
  writer.put(row);
}

}  // namespace
}  // namespace conncheck::functions

Datum conncheck_session(PG_FUNCTION_ARGS) {
  conncheck::server::entry([fcinfo] { conncheck::functions::write_session(fcinfo); });
  return Datum{0};
}
