// Why a server refused a login, by its SQLSTATE and the function that raised it.
#pragma once

#include <string>

#include "agent/core/failure.hpp"

namespace conncheck {

struct Verdict {
  FailureCode code;
  std::string hint;
};

/// `message` has a SQLSTATE.
[[nodiscard]] Verdict login_refusal(const ServerMessage& message, const Attempt& attempt);

}  // namespace conncheck
