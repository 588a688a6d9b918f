// What is peculiar to a hosting provider's connections.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/core/connection.hpp"
#include "agent/core/report.hpp"

namespace conncheck {

/// Whose host it is, by its name; `configured` where that tells nothing.
[[nodiscard]] Provider provider_of(Provider configured, std::string_view host);

/// A hint that names the provider's own cure for the failure. Nothing: the usual hint is the best.
[[nodiscard]] std::optional<std::string> provider_hint(const Failure& failure, Provider provider,
                                                       std::string_view host);

}  // namespace conncheck
