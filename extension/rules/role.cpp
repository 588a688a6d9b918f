#include "extension/rules/role.hpp"

#include <utility>

namespace conncheck::rules {

Role::Role(RoleId id, RoleAttributes attributes, PredefinedRoles predefined, Asker ask)
    : id_(id), attributes_(attributes), predefined_(predefined), ask_(std::move(ask)) {}

bool Role::ask(RoleId other) {
  const bool answer = ask_(other);
  answers_.insert(other, answer);
  return answer;
}

}  // namespace conncheck::rules
