// What `provider` asks of a connection.
#pragma once

#include "agent/config/reader.hpp"
#include "agent/config/settings.hpp"

namespace conncheck {

/// Demands TLS where the provider is named and `sslmode` is not, and warns of what the provider
/// cannot do or makes dear. Warnings are about the host's provider too, where `provider` is
/// missing.
void apply_provider(Reader& reader, Place place, const Settings& own, Connection& connection);

}  // namespace conncheck
