// What a proof comes to: findings where the server disagrees, notes on what EXPLAIN cannot show.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/core/observation.hpp"
#include "agent/core/proof.hpp"

namespace conncheck {

/// `verdict_differs` (critical) for each statement that the server lets pass and the catalogs do
/// not, or the other way; `refused_for_another_reason` (warning) where it could not be told, since
/// something else than a permission failed; `not_proved` (warning) where nothing was tried.
/// `proof` is of `login`.
[[nodiscard]] std::vector<Finding> proof_findings(std::string_view connection,
                                                  const RoleObservation& login, const Proof& proof);

/// `not_proved`, for permissions that came from information_schema: too partial to be compared.
[[nodiscard]] Finding partial_answer_finding(std::string_view connection, std::string_view role);

/// How much was tried; what EXPLAIN cannot show, with the number of relations for each reason.
[[nodiscard]] std::vector<std::string> proof_notes(const RoleObservation& login,
                                                   const Proof& proof);

}  // namespace conncheck
