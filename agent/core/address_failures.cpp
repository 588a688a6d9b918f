#include "agent/core/address_failures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace conncheck {
namespace {

constexpr std::string_view failed = " failed: ";

/// In the order of how much is known of the server then.
enum class Obstacle { refused, no_answer, rejected, forbidden, no_route };

struct Reason {
  std::string_view text;  ///< the operating system's; the program never calls setlocale
  Obstacle obstacle;
};

constexpr std::array reasons = {
    Reason{"Connection refused", Obstacle::refused},
    Reason{"Connection timed out", Obstacle::no_answer},
    Reason{"No route to host", Obstacle::rejected},
    Reason{"Permission denied", Obstacle::forbidden},        // `ip route add prohibit`
    Reason{"Operation not permitted", Obstacle::forbidden},  // a firewall's rule for what goes out
    Reason{"Invalid argument", Obstacle::forbidden},         // `ip route add blackhole`
    Reason{"Network is unreachable", Obstacle::no_route},
    Reason{"Cannot assign requested address", Obstacle::no_route},  // IPv6 turned off
    Reason{"could not create socket: Address family not supported by protocol", Obstacle::no_route},
};

std::optional<Obstacle> obstacle_of(const AddressFailure& failure) {
  if (failure.address.starts_with('/') || failure.address.starts_with('@')) {
    return std::nullopt;
  }
  for (const Reason& reason : reasons) {
    if (reason.text == failure.reason) {
      return reason.obstacle;
    }
  }
  return std::nullopt;
}

bool is_ipv6(const AddressFailure& failure) {
  return failure.address.find(':') != std::string::npos;
}

FailureCode code_of(Obstacle obstacle) {
  switch (obstacle) {
    case Obstacle::refused:
      return FailureCode::refused;
    case Obstacle::no_answer:
      return FailureCode::timeout;
    default:
      return FailureCode::unreachable;
  }
}

std::string hint_of(Obstacle obstacle, const AddressFailure& failure, bool is_only_ipv6) {
  switch (obstacle) {
    case Obstacle::refused:
      return "nothing listens there: is the server running, and are host and port right?";
    case Obstacle::no_answer:
      return "a firewall may drop the packets: check it, and host and port";
    case Obstacle::rejected:
      return fmt::format(
          "nothing answers for {} on its network, or a router or firewall turns the packets away: "
          "is that machine up, and is the address right?",
          failure.address);
    case Obstacle::forbidden:
      return fmt::format(
          "this machine itself forbids connections to {}: see its firewall and its routes "
          "(`ip route get {}`)",
          failure.address, failure.address);
    case Obstacle::no_route:
      break;
  }
  if (is_only_ipv6) {
    return fmt::format(
        "{} is an IPv6 address, the host has no other, and this machine has no IPv6: give it IPv6, "
        "or connect to a host with an IPv4 address (a pooler, a proxy)",
        failure.address);
  }
  return fmt::format("this machine has no route to {}: check its network, routes and VPN",
                     failure.address);
}

/// `connection to server at "NAME" (ADDRESS), port N failed: REASON`; without the brackets where
/// the name is an address.
std::optional<AddressFailure> parse_line(std::string_view line) {
  static constexpr std::string_view at = "connection to server at \"";
  static constexpr std::string_view socket = "connection to server on socket \"";
  const std::size_t end = line.find(failed);
  const std::string_view lead = line.starts_with(at) ? at : socket;
  if (!line.starts_with(lead) || end == std::string_view::npos) {
    return std::nullopt;
  }
  std::string_view place = line.substr(lead.size(), end - lead.size());
  const std::size_t quote = place.find('"');
  const std::string_view name = place.substr(0, quote);
  place.remove_prefix(std::min(place.size(), name.size() + 1));
  const std::size_t closing = place.find(')');
  const bool has_address = place.starts_with(" (") && closing != std::string_view::npos;
  return AddressFailure{std::string(has_address ? place.substr(2, closing - 2) : name),
                        std::string(line.substr(end + failed.size()))};
}

}  // namespace

std::vector<AddressFailure> address_failures(std::string_view libpq_message) {
  std::vector<AddressFailure> failures;
  while (!libpq_message.empty()) {
    const std::size_t end = std::min(libpq_message.find('\n'), libpq_message.size());
    const std::string_view line = libpq_message.substr(0, end);
    libpq_message.remove_prefix(std::min(end + 1, libpq_message.size()));
    if (line.empty() || line.front() == '\t') {  // libpq's own advice
      continue;
    }
    std::optional<AddressFailure> failure = parse_line(line);
    if (!failure) {
      return {};
    }
    failures.push_back(std::move(*failure));
  }
  return failures;
}

std::optional<Failure> unconnected_failure(const std::vector<AddressFailure>& addresses) {
  const AddressFailure* decisive = nullptr;
  Obstacle nearest{};
  std::string message;
  for (const AddressFailure& address : addresses) {
    const std::optional<Obstacle> obstacle = obstacle_of(address);
    if (!obstacle) {
      return std::nullopt;
    }
    message +=
        fmt::format("{}{}: {}", message.empty() ? "" : "; ", address.address, address.reason);
    if (decisive == nullptr || *obstacle < nearest) {
      decisive = &address;
      nearest = *obstacle;
    }
  }
  if (decisive == nullptr) {
    return std::nullopt;
  }
  const bool is_only_ipv6 = std::all_of(addresses.begin(), addresses.end(), is_ipv6);
  return Failure{code_of(nearest), Phase::connect, std::nullopt,
                 addresses.size() == 1 ? addresses.front().reason : message,
                 hint_of(nearest, *decisive, is_only_ipv6)};
}

}  // namespace conncheck
