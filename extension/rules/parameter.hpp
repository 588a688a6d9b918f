// What a parameter's own context says, whatever has been granted on it.
#pragma once

#include <cstdint>

namespace conncheck::rules {

/// pg_settings.context.
enum class ParameterContext : std::uint8_t {
  internal,
  postmaster,
  sighup,
  superuser_backend,
  backend,
  superuser,
  user,
};

struct Parameter {
  ParameterContext context = ParameterContext::user;
  bool in_configuration = true;  ///< ALTER SYSTEM may write it down
};

/// SET that needs no grant: within a session, or as it starts.
[[nodiscard]] constexpr bool may_be_set_by_everybody(ParameterContext context) {
  return context == ParameterContext::user || context == ParameterContext::backend;
}

/// Does SET, held or not, come to anything, in a session or as it starts?
[[nodiscard]] constexpr bool takes_set(ParameterContext context) {
  return context >= ParameterContext::superuser_backend;
}

/// Does ALTER SYSTEM?
[[nodiscard]] constexpr bool takes_alter_system(const Parameter& parameter) {
  return parameter.context != ParameterContext::internal && parameter.in_configuration;
}

}  // namespace conncheck::rules
