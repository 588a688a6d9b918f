#include "extension/rules/role.hpp"

#include <utility>

namespace conncheck::rules {

Role::Role(RoleId id, RoleAttributes attributes, PredefinedRoles predefined, Asker ask)
    : id_(id), attributes_(attributes), predefined_(predefined), ask_(std::move(ask)) {}

bool Role::has_privileges_of(RoleId other) {
  if (id_ == public_role || other == public_role) {
    return false;
  }
  if (attributes_.superuser || other == id_) {
    return true;
  }
  if (const bool* known = answers_.find(other)) {
    return *known;
  }
  const bool answer = ask_(other);
  answers_.insert(other, answer);
  return answer;
}

bool Role::receives_grants_to(RoleId grantee) {
  return grantee == public_role || has_privileges_of(grantee);
}

}  // namespace conncheck::rules
