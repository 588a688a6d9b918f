// A permission check of the executor, by table or by column.
#pragma once

#include "extension/rules/rewrites.hpp"

namespace conncheck::rules {

/// Would the executor let `role` pass, row security aside?
[[nodiscard]] bool passes(RelationSource& source, const PermissionCheck& check, RoleId role);

}  // namespace conncheck::rules
