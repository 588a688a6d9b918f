// Facts about this session and its server.
#pragma once

#include <optional>
#include <string>

#include "extension/server/roles.hpp"

namespace conncheck::server {

/// How the client is connected; there is none in a parallel worker or a background process.
struct ClientTls {
  bool in_use = false;
  std::string version;  ///< empty unless in use; so is the cipher
  std::string cipher;
};

struct Session {
  rules::RoleId role{};
  rules::RoleId session_user{};
  std::string database_name;
  std::string server_version;
  int server_version_num = 0;
  std::string extension_version;  ///< of the installed extension; empty: not in this database
  bool can_create_schema = false;
  bool can_create_temp = false;
  bool in_recovery = false;
  bool read_only = false;  ///< default_transaction_read_only
  std::optional<ClientTls> tls;
  TimestampTz backend_start = 0;
};

[[nodiscard]] Session read_session();

}  // namespace conncheck::server
