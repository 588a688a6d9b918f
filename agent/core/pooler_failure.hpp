// What poolers and the proxies of hosting providers say, which is not what PostgreSQL says.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/core/report.hpp"

namespace conncheck {

struct PoolerVerdict {
  FailureCode code{};
  std::string hint;
};

/// A refusal of PgBouncer's, of Supabase's pooler or of Neon's proxy, by its English text: they
/// give nearly all of them one SQLSTATE (`08P01`, `XX000`). Nothing if it is none that is known.
[[nodiscard]] std::optional<PoolerVerdict> pooler_verdict(Phase phase, std::string_view sqlstate,
                                                          std::string_view message,
                                                          std::string_view user);

}  // namespace conncheck
