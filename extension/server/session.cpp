#include "extension/server/session.hpp"

#include <cstdlib>

#include "extension/server/catalog_scan.hpp"
#include "extension/server/memory.hpp"
#include "extension/server/version.hpp"

namespace conncheck::server {
namespace {

/// The running server's, which may be newer than the headers that this was built with.
std::string setting(const char* name) {
  const char* const value = guard([name] { return GetConfigOption(name, true, false); });
  return value != nullptr ? value : "";
}

std::string installed_version() {
  NameData name = {};
  namestrcpy(&name, "conncheck");
  CatalogScan scan(ExtensionRelationId, ExtensionNameIndexId,
                   {{Anum_pg_extension_extname, F_NAMEEQ, NameGetDatum(&name)}});
  HeapTuple const row = scan.next();
  if (row == nullptr) {
    return {};
  }
  DeformedRow<Natts_pg_extension> columns;
  columns.deform(row, scan.descriptor());
  const Datum version = columns[Anum_pg_extension_extversion];
  const std::string result = guard([version] { return TextDatumGetCString(version); });
  scan.close();
  return result;
}

std::optional<ClientTls> client_tls() {
  if (MyProcPort == nullptr) {
    return std::nullopt;
  }
  const PgBackendStatus* const backend = guard([] { return own_backend_status(); });
  if (backend == nullptr || !backend->st_ssl || backend->st_sslstatus == nullptr) {
    return ClientTls{};
  }
  return ClientTls{true, backend->st_sslstatus->ssl_version, backend->st_sslstatus->ssl_cipher};
}

}  // namespace

Session read_session() {
  ScratchMemory memory;
  Session session;
  session.role = GetUserId();
  session.session_user = GetSessionUserId();
  const char* const database = guard([] { return get_database_name(MyDatabaseId); });
  session.database_name = database != nullptr ? database : "";
  session.server_version = setting("server_version");
  session.server_version_num = std::atoi(setting("server_version_num").c_str());
  session.extension_version = installed_version();
  const Oid role = session.role;
  session.can_create_schema = guard([role] { return has_database_privilege(role, ACL_CREATE); });
  session.can_create_temp = guard([role] { return has_database_privilege(role, ACL_CREATE_TEMP); });
  session.in_recovery = guard([] { return RecoveryInProgress(); });
  session.read_only = DefaultXactReadOnly;
  session.tls = client_tls();
  session.backend_start = MyStartTimestamp;
  return session;
}

}  // namespace conncheck::server
