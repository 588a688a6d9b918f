// What libpq is told to connect with.
#pragma once

#include <boost/container/flat_map.hpp>
#include <string>
#include <vector>

namespace conncheck {

/// libpq's keyword and value pairs. Flat: each check that waits has some twenty.
using Parameters = boost::container::flat_map<std::string, std::string>;

/// The same as libpq's functions take them. Points into the parameters.
struct Keywords {
  std::vector<const char*> names;
  std::vector<const char*> values;
};
[[nodiscard]] Keywords keywords(const Parameters& parameters);

/// What libpq would connect with: defaults, the service file and the passfile's place filled in.
/// The parameters, or libpq's complaint. No network access.
struct Expanded {
  Parameters parameters;
  std::string password;  ///< given, or the passfile's for the first host
  std::string error;
};
[[nodiscard]] Expanded expand(const Parameters& parameters);

}  // namespace conncheck
