// `tunnel`: the SSH server through which a connection is made.
#pragma once

#include <optional>

#include "agent/config/reader.hpp"

namespace conncheck {

/// Nothing where it says `none`, or if it is no mapping or has no host.
[[nodiscard]] std::optional<Tunnel> read_tunnel(Reader& reader, const Value& value);

}  // namespace conncheck
