#include "agent/core/connection.hpp"

#include <cstddef>
#include <string_view>

#include "agent/core/printable.hpp"

namespace conncheck {
namespace {

std::string parameter(const Connection& connection, const char* keyword) {
  const auto found = connection.parameters.find(keyword);
  return found == connection.parameters.end() ? std::string() : found->second;
}

std::vector<std::string_view> split_at_commas(std::string_view list) {
  std::vector<std::string_view> elements;
  for (;;) {
    const std::size_t comma = list.find(',');
    elements.push_back(list.substr(0, comma));
    if (comma == std::string_view::npos) {
      return elements;
    }
    list.remove_prefix(comma + 1);
  }
}

/// libpq pairs each host with its port; one port serves all.
std::string hosts(const std::string& host_list, const std::string& port_list) {
  const auto host = split_at_commas(host_list);
  const auto port = split_at_commas(port_list);
  std::string text;
  for (std::size_t i = 0; i < host.size(); ++i) {
    text += i == 0 ? "" : ",";
    text += display_host(host[i], port.size() == 1 ? port[0] : i < port.size() ? port[i] : "");
  }
  return text;
}

}  // namespace

std::string display_host(std::string_view host, std::string_view port) {
  std::string text;
  if (host.empty()) {
    text = "[local]";
  } else if (host.find(':') != std::string_view::npos) {
    text.append("[").append(host).append("]");
  } else {
    text = host;
  }
  return text.append(":").append(port.empty() ? "5432" : port);
}

std::string display_bastion(const Tunnel& tunnel) {
  std::string text = tunnel.user.empty() ? "" : tunnel.user + "@";
  const bool is_ipv6 = tunnel.host.find(':') != std::string::npos;
  text += is_ipv6 ? "[" + tunnel.host + "]" : tunnel.host;
  text += tunnel.port == "22" ? "" : ":" + tunnel.port;
  return printable(text);
}

std::string display_target(const Connection& connection) {
  const std::string user = parameter(connection, "user");
  const std::string service = parameter(connection, "service");
  std::string host = parameter(connection, "host");
  if (host.empty()) {
    host = parameter(connection, "hostaddr");
  }
  std::string database = parameter(connection, "dbname");
  std::string text = user.empty() ? "" : user + "@";
  if (host.empty() && !service.empty()) {
    text += "service=" + service;
  } else {
    text += hosts(host, parameter(connection, "port"));
    database = database.empty() ? user : database;
  }
  text += database.empty() ? "" : "/" + database;
  return printable(text);
}

}  // namespace conncheck
