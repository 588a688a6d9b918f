// Files that a connection names for TLS, and that libpq passes over in silence if they are missing.
#pragma once

#include <optional>

#include "agent/core/report.hpp"
#include "agent/probe/parameters.hpp"

namespace conncheck {

/// `parameters` as given by the user or the service file: without libpq's default files.
[[nodiscard]] std::optional<Failure> missing_tls_file(const Parameters& parameters);

}  // namespace conncheck
