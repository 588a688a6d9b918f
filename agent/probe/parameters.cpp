#include "agent/probe/parameters.hpp"

#include <string_view>

#include "agent/probe/libpq.hpp"

namespace conncheck {

Keywords keywords(const Parameters& parameters) {
  Keywords result;
  for (const auto& [name, value] : parameters) {
    result.names.push_back(name.c_str());
    result.values.push_back(value.c_str());
  }
  result.names.push_back(nullptr);
  result.values.push_back(nullptr);
  return result;
}

Expanded expand(const Parameters& parameters) {
  // A value that libpq refuses makes it stop after it has read the service file and filled in the
  // defaults, before it opens a socket or looks up a name.
  Parameters stopped = parameters;
  stopped["target_session_attrs"] = "stop-before-connecting";
  const Keywords pairs = keywords(stopped);
  const PgConnection connection(PQconnectStartParams(pairs.names.data(), pairs.values.data(), 0));
  const PgOptions options(PQconninfo(connection.get()));
  Expanded expanded;
  for (const PQconninfoOption* option = options.get(); option && option->keyword; ++option) {
    if (option->val && *option->val != '\0') {
      expanded.parameters[option->keyword] = option->val;
    }
  }
  if (const char* password = PQpass(connection.get()); password != nullptr) {
    expanded.password = password;
  }
  const auto asked = parameters.find("target_session_attrs");
  expanded.parameters.erase("target_session_attrs");
  if (asked != parameters.end()) {
    expanded.parameters["target_session_attrs"] = asked->second;
  }
  if (std::string_view(PQerrorMessage(connection.get())).find("stop-before-connecting") ==
      std::string_view::npos) {
    expanded.error = PQerrorMessage(connection.get());
  }
  return expanded;
}

}  // namespace conncheck
