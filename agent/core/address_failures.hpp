// Why no address of a server could be connected to.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/report.hpp"

namespace conncheck {

/// One address that libpq tried, and the operating system's reason against it.
struct AddressFailure {
  std::string address;  ///< numeric; a socket's path
  std::string reason;
};

/// What libpq tells of addresses that could not be connected to, one a line, in the order of its
/// tries. Nothing if it tells of anything else as well: of a server that answered.
[[nodiscard]] std::vector<AddressFailure> address_failures(std::string_view libpq_message);

/// Code, message and hint for them; the best known of several addresses decides: a machine that
/// refuses is nearer than one that does not answer. Nothing if the reasons are not known here.
[[nodiscard]] std::optional<Failure> unconnected_failure(
    const std::vector<AddressFailure>& addresses);

}  // namespace conncheck
