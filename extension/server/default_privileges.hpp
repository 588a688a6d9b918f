// What ALTER DEFAULT PRIVILEGES has set, and what objects created later will get by it.
#pragma once

#include "extension/server/object_catalog.hpp"

namespace conncheck::server {

/// Calls `each` for every entry of pg_default_acl, or for the one with this OID; false if that is
/// gone. An entry's ACL is that of the objects to come: one set for a schema adds to what is set
/// for the whole database, or to the built-in defaults; one set for the whole database replaces
/// those. Where nothing is left the ACL is NULL, as of the new object: the built-in defaults hold.
bool read_default_privileges(Oid id, const EachObject& each);

}  // namespace conncheck::server
