#include "extension/functions/path_description.hpp"

#include "extension/server/grant_statement.hpp"

namespace conncheck::functions {
namespace {

using rules::GrantSource;

std::string options_of(const rules::MembershipGrant& grant) {
  std::string options;
  const auto add = [&options](bool has, const char* word) {
    if (has) {
      options += options.empty() ? word : std::string(", ") + word;
    }
  };
  add(grant.inherit, "inherit");
  add(grant.set, "set");
  add(grant.admin, "admin");
  return options.empty() ? "no option" : options;
}

/// What its holder has it by.
std::string holding(server::Roles& roles, const rules::GrantPath& path) {
  const std::string holder = server::quoted(roles.name(path.holder));
  switch (path.source) {
    case GrantSource::superuser:
      return holder + " is a superuser";
    case GrantSource::owner:
      return holder + " is the owner";
    case GrantSource::predefined_role:
      return holder + " has it on every such object";
    case GrantSource::public_:
      return "granted to PUBLIC";
    case GrantSource::column:
      return path.holder == rules::public_role ? "granted to PUBLIC" : "granted to " + holder;
    default:
      return "granted to " + holder;
  }
}

}  // namespace

std::vector<std::string> role_path(server::Roles& roles, rules::RoleId role,
                                   const rules::GrantPath& path) {
  std::vector<std::string> names = {roles.name(role)};
  for (const rules::MembershipGrant& step : path.path.steps) {
    names.push_back(roles.name(step.role));
  }
  if (path.holder == rules::public_role && role != rules::public_role) {
    names.push_back(roles.name(rules::public_role));
  }
  return names;
}

std::string describe(server::Roles& roles, rules::RoleId role, const rules::MembershipPath& path) {
  std::string text;
  for (const rules::MembershipGrant& step : path.steps) {
    text += text.empty() ? server::quoted(roles.name(role)) + " is a member of " : ", that of ";
    text += server::quoted(roles.name(step.role)) + " (" + options_of(step) + ")";
  }
  return text;
}

std::string describe(server::Roles& roles, rules::RoleId role, const rules::GrantPath& path) {
  std::string text = holding(roles, path);
  if (path.path.requires_set_role()) {
    const rules::RoleId target = path.path.steps[path.path.set_role_steps - 1].role;
    text += "; only after SET ROLE " + server::quoted(roles.name(target));
  }
  if (!path.path.steps.empty()) {
    text += "; " + describe(roles, role, path.path);
  }
  return text;
}

std::string columns(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + server::quoted(name);
  }
  return (names.size() == 1 ? "column " : "columns ") + text;
}

}  // namespace conncheck::functions
