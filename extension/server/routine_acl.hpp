// Functions, aggregates and procedures: who may execute them.
#pragma once

#include "extension/rules/demands.hpp"
#include "extension/rules/role.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

/// Has the role EXECUTE? True for a function that is gone: so is what called it.
[[nodiscard]] bool may_execute(rules::FunctionId function, rules::Role& role);

}  // namespace conncheck::server
