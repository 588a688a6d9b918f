// GRANT, as text for people to run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "extension/server/object_catalog.hpp"
#include "extension/server/roles.hpp"

namespace conncheck::server {

/// While it lives, identifiers are quoted only where SQL asks for it, whatever the session's
/// quote_all_identifiers says.
class PlainQuoting {
 public:
  PlainQuoting() { quote_all_identifiers = false; }
  ~PlainQuoting() { quote_all_identifiers = session_; }
  PlainQuoting(const PlainQuoting&) = delete;
  PlainQuoting& operator=(const PlainQuoting&) = delete;

 private:
  bool session_ = quote_all_identifiers;
};

/// As SQL takes it.
[[nodiscard]] std::string quoted(const std::string& identifier);

/// The role behind TO: `PUBLIC`, or its name.
[[nodiscard]] std::string grantee(Roles& roles, rules::RoleId role);

/// Changes to system catalogs: what is granted of them counts for nobody but superusers.
[[nodiscard]] bool is_for_superusers_alone(const CatalogObject& object, Privilege privilege);

/// The statement that gives `role` a privilege on an object (not a role); on these columns alone
/// where some are named. nullopt if it would be of no use, or
/// something has been dropped meanwhile.
[[nodiscard]] std::optional<std::string> grant_statement(
    Roles& roles, const CatalogObject& object, Privilege privilege, rules::RoleId role,
    const std::vector<std::string>& columns = {});

}  // namespace conncheck::server
