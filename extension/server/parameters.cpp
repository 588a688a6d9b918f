#include "extension/server/parameters.hpp"

#include "extension/server/version.hpp"

namespace conncheck::server {
namespace {

rules::ParameterContext context_of(GucContext context) {
  switch (context) {
    case PGC_INTERNAL:
      return rules::ParameterContext::internal;
    case PGC_POSTMASTER:
      return rules::ParameterContext::postmaster;
    case PGC_SIGHUP:
      return rules::ParameterContext::sighup;
    case PGC_SU_BACKEND:
      return rules::ParameterContext::superuser_backend;
    case PGC_BACKEND:
      return rules::ParameterContext::backend;
    case PGC_SUSET:
      return rules::ParameterContext::superuser;
    default:
      return rules::ParameterContext::user;
  }
}

}  // namespace

std::optional<rules::Parameter> read_parameter(const std::string& name) {
  const char* const asked = name.c_str();
  const config_generic* const found = guard([asked] { return find_parameter_record(asked); });
  if (found == nullptr || (found->flags & GUC_CUSTOM_PLACEHOLDER) != 0) {
    return std::nullopt;
  }
  return rules::Parameter{context_of(found->context),
                          (found->flags & (GUC_DISALLOW_IN_FILE | GUC_DISALLOW_IN_AUTO_FILE)) == 0};
}

}  // namespace conncheck::server
