// Connection URLs, and the lists of hosts, addresses and ports in them.
#include "agent/config/conninfo.hpp"
#include "agent/core/connection.hpp"
#include "agent/probe/endpoints.hpp"
#include "tests/fuzzing/invariant.hpp"

using namespace conncheck;
using namespace conncheck::fuzzing;

namespace {

constexpr std::string_view secret = "q9Zx7Kw3";

void check_endpoints(Parameters parameters) {
  const std::vector<Endpoint> endpoints = endpoints_of(parameters);
  set_endpoints(endpoints, parameters);
  const std::vector<Endpoint> again = endpoints_of(parameters);
  demand(endpoints.empty() || again.size() == endpoints.size(), "hosts were lost or found");
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    demand(again[i].host == endpoints[i].host && again[i].address == endpoints[i].address,
           "a host is another one", again[i].host);
  }
}

void check_parameters(const UrlParameters& url) {
  Connection connection;
  connection.parameters = url.parameters;
  demand_printable(display_target(connection));
  demand(!url.parameters.contains("password") && !url.parameters.contains("sslpassword"),
         "a password stands among what may be printed");
  check_endpoints({url.parameters.begin(), url.parameters.end()});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(view_of(data, size));
  // As it is, and as a URL whose password is known here.
  for (const std::string& url : {text, "postgresql://u:" + std::string(secret) + text}) {
    const auto parsed = parse_url(url, url != text);
    if (const auto* mistake = std::get_if<std::string>(&parsed)) {
      demand_printable(*mistake);
      demand(url == text || mistake->find(secret) == std::string::npos, "the password is told",
             *mistake);
    } else {
      check_parameters(std::get<UrlParameters>(parsed));
    }
  }
  return 0;
}
