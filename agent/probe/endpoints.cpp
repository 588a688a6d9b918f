#include "agent/probe/endpoints.hpp"

#include <algorithm>

namespace conncheck {
namespace {

std::vector<std::string> split(const Parameters& parameters, const char* keyword) {
  std::vector<std::string> parts;
  const auto found = parameters.find(keyword);
  if (found == parameters.end()) {
    return parts;
  }
  std::size_t begin = 0;
  while (begin <= found->second.size()) {
    const std::size_t end = std::min(found->second.find(',', begin), found->second.size());
    parts.push_back(found->second.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::string at_or_last(const std::vector<std::string>& parts, std::size_t index) {
  if (parts.empty()) {
    return {};
  }
  return parts.size() == 1 ? parts.front() : parts.at(std::min(index, parts.size() - 1));
}

}  // namespace

bool Endpoint::needs_address() const {
  return address.empty() && !host.empty() && host.front() != '/' && host.front() != '@';
}

std::vector<Endpoint> endpoints_of(const Parameters& parameters) {
  const std::vector<std::string> hosts = split(parameters, "host");
  const std::vector<std::string> addresses = split(parameters, "hostaddr");
  const std::vector<std::string> ports = split(parameters, "port");
  std::vector<Endpoint> endpoints;
  for (std::size_t i = 0; i < std::max(hosts.size(), addresses.size()); ++i) {
    endpoints.push_back({i < hosts.size() ? hosts[i] : "", i < addresses.size() ? addresses[i] : "",
                         at_or_last(ports, i)});
  }
  return endpoints;
}

void set_endpoints(const std::vector<Endpoint>& endpoints, Parameters& parameters) {
  std::string hosts;
  std::string addresses;
  std::string ports;
  const char* separator = "";
  for (const Endpoint& endpoint : endpoints) {
    hosts += separator + endpoint.host;
    addresses += separator + endpoint.address;
    ports += separator + endpoint.port;
    separator = ",";
  }
  parameters["host"] = hosts;
  parameters["hostaddr"] = addresses;
  parameters["port"] = ports;
}

}  // namespace conncheck
