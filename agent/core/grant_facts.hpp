// By which grants privileges on relations are held: what the catalogs say of some relations.
#pragma once

#include <string>
#include <vector>

#include "extension/rules/privilege.hpp"

namespace conncheck {

/// One privilege of one item of the ACL of a relation, or of one of its columns.
struct GrantItem {
  std::string schema_name;
  std::string table_name;
  std::string column;  ///< empty: the whole relation
  Privilege privilege{};
  std::string grantee;  ///< `public`: PUBLIC
  std::string grantor;
  bool grantable = false;
  bool to_owner = false;            ///< the grantee owns the relation
  bool by_owner = false;            ///< what a superuser's REVOKE takes away
  bool grantor_can_revoke = false;  ///< by a REVOKE after SET ROLE to it

  friend bool operator==(const GrantItem&, const GrantItem&) = default;
};

/// `member` has the privileges of `role`, at whatever distance; `public` is a role here.
struct RoleUse {
  std::string role;
  std::string member;
};

/// The membership of one role in a predefined one, of which it has the privileges.
struct PredefinedMembership {
  std::string role;  ///< pg_read_all_data, pg_write_all_data, pg_maintain
  std::string member;
  std::string granted_by;  ///< empty: a REVOKE need not name it
};

/// All items of the relations in question, and all uses of the grantees and predefined roles, but
/// those by superusers and by predefined roles.
struct GrantFacts {
  std::vector<GrantItem> items = {};
  std::vector<RoleUse> uses = {};
  std::vector<PredefinedMembership> predefined = {};
  std::vector<std::string> superusers = {};
};

}  // namespace conncheck
