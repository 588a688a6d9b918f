#include "extension/functions/explanation.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "extension/functions/obstacles.hpp"
#include "extension/functions/path_description.hpp"
#include "extension/server/column_acls.hpp"
#include "extension/server/grant_statement.hpp"
#include "extension/server/memberships.hpp"
#include "extension/server/parameters.hpp"
#include "extension/server/version.hpp"

namespace conncheck::functions {
namespace {

using rules::GrantPath;
using rules::GrantSource;
using rules::ObjectType;

/// Of default privileges: of the objects to come. A column's relation is a table.
ObjectType granted_type(const server::CatalogObject& object) {
  return object.type == ObjectType::column ? ObjectType::table : object.ownership.type;
}

/// A NULL ACL spelled out.
std::vector<rules::AclItem> items_of(ObjectType type, rules::RoleId owner, const rules::Acl& acl) {
  if (acl) {
    return {acl->begin(), acl->end()};
  }
  const rules::DefaultAcl defaults = rules::default_acl(type);
  return {{owner, defaults.to_owner, {}, owner},
          {rules::public_role, defaults.to_public, {}, owner}};
}

class Explainer {
 public:
  Explainer(server::Roles& roles, rules::Role& role, const server::CatalogObject& object,
            Privilege privilege)
      : roles_(roles),
        role_(role),
        object_(object),
        privilege_(privilege),
        memberships_(role.id(), server::memberships_of) {}

  std::vector<ExplanationRow> run();

 private:
  [[nodiscard]] std::vector<rules::RoleId> superusers() const;
  [[nodiscard]] std::vector<GrantPath> paths(std::span<const rules::AclItem> grants) const;
  [[nodiscard]] std::vector<GrantPath> paths_on_columns(
      std::span<const rules::AclItem> grants) const;
  void whole();
  void own_column();
  void by_column();
  void beyond_grants();
  [[nodiscard]] std::optional<rules::Parameter> parameter() const;
  [[nodiscard]] bool is_vain() const;
  void add(const GrantPath& path, std::string detail);
  void missing(const std::vector<std::string>& columns);
  void sort();
  void obstacles();

  server::Roles& roles_;
  rules::Role& role_;
  const server::CatalogObject& object_;
  Privilege privilege_;
  rules::MembershipPaths memberships_;
  std::vector<ExplanationRow> rows_;
  bool held_ = false;  ///< on the whole object
};

std::vector<rules::RoleId> Explainer::superusers() const {
  std::vector<rules::RoleId> found;
  if (role_.superuser()) {
    found.push_back(role_.id());
  }
  for (const rules::RoleId target : memberships_.set_role_targets()) {
    if (roles_.role(target).superuser()) {
      found.push_back(target);
    }
  }
  return found;
}

std::vector<GrantPath> Explainer::paths(std::span<const rules::AclItem> grants) const {
  const std::vector<rules::RoleId> powerful = superusers();
  const std::vector<rules::RoleId> predefined =
      rules::predefined_holders(granted_type(object_), privilege_, server::predefined_roles());
  return rules::grant_paths(memberships_,
                            {object_.ownership.owner, grants, predefined,
                             server::is_for_superusers_alone(object_, privilege_), powerful},
                            privilege_);
}

/// By a column's own ACL: of superusers and predefined roles the whole relation tells.
std::vector<GrantPath> Explainer::paths_on_columns(std::span<const rules::AclItem> grants) const {
  std::vector<GrantPath> found = rules::grant_paths(
      memberships_, {.owner = object_.ownership.owner, .grants = grants}, privilege_);
  for (GrantPath& path : found) {
    path.source = GrantSource::column;
  }
  return found;
}

void Explainer::add(const GrantPath& path, std::string detail) {
  ExplanationRow row;
  row.held = !path.path.requires_set_role();
  row.source = path.source;
  row.role_path = role_path(roles_, role_.id(), path);
  if (path.grantor != rules::public_role) {
    row.grantor = roles_.name(path.grantor);
  }
  row.grantable = path.grantable;
  row.requires_set_role = path.path.requires_set_role();
  row.detail = std::move(detail);
  rows_.push_back(std::move(row));
}

void Explainer::whole() {
  const bool is_column = object_.type == ObjectType::column;
  const std::vector<rules::AclItem> items =
      items_of(granted_type(object_), object_.ownership.owner,
               is_column ? object_.relation_acl : object_.acl);
  for (const GrantPath& path : paths(items)) {
    held_ = held_ || !path.path.requires_set_role();
    add(path, describe(roles_, role_.id(), path) + (is_column ? ", on the whole relation" : ""));
  }
}

void Explainer::own_column() {
  if (object_.type != ObjectType::column || !object_.acl) {
    return;
  }
  for (const GrantPath& path : paths_on_columns(*object_.acl)) {
    held_ = held_ || !path.path.requires_set_role();
    add(path, describe(roles_, role_.id(), path));
  }
}

/// Where a table is not held as a whole: what its columns grant, and those that do not.
void Explainer::by_column() {
  struct Granted {
    GrantPath path;
    std::vector<std::string> columns;
  };
  // One row for each holder and grantor.
  std::map<std::pair<rules::RoleId, rules::RoleId>, Granted> granted;
  std::vector<std::string> lacking;
  bool any = false;
  for (const server::ColumnAcl& column : server::read_column_acls_of(object_.id)) {
    bool held = false;
    for (const GrantPath& path : paths_on_columns(column.acl)) {
      Granted& group = granted[{path.holder, path.grantor}];
      const bool grantable = group.columns.empty() || group.path.grantable;
      group.path = path;
      group.path.grantable = path.grantable && grantable;
      group.columns.push_back(column.name);
      held = held || !path.path.requires_set_role();
    }
    any = any || held;
    const bool counts =
        column.number > 0 && !(column.generated && privilege_ != Privilege::select &&
                               privilege_ != Privilege::references);
    if (!held && counts) {
      lacking.push_back(column.name);
    }
  }
  for (const auto& [key, group] : granted) {
    add(group.path, describe(roles_, role_.id(), group.path) + ", on " + columns(group.columns));
  }
  if (!any) {
    missing({});
  } else if (!lacking.empty()) {
    missing(lacking);
  }
}

/// The server gives some things without a grant: its own temporary schema, large objects to all
/// where lo_compat_privileges says so.
void Explainer::beyond_grants() {
  if (held_) {
    return;
  }
  const char* detail = nullptr;
  if (server::grants_on(object_, role_).privileges.has(privilege_)) {
    detail = "the server gives it to everybody, without a grant";
  } else if (const std::optional<rules::Parameter> parameter = this->parameter();
             parameter && privilege_ == Privilege::set &&
             rules::may_be_set_by_everybody(parameter->context)) {
    detail = parameter->context == rules::ParameterContext::user
                 ? "everybody may set it, without a grant"
                 : "everybody may set it as a connection starts, without a grant";
  }
  if (detail != nullptr) {
    held_ = true;
    add({GrantSource::public_, {}, rules::public_role, rules::public_role, false}, detail);
  }
}

std::optional<rules::Parameter> Explainer::parameter() const {
  return object_.type == ObjectType::parameter ? server::read_parameter(object_.name)
                                               : std::nullopt;
}

/// What the parameter does not take at all, no grant gives.
bool Explainer::is_vain() const {
  const std::optional<rules::Parameter> parameter = this->parameter();
  return parameter && !(privilege_ == Privilege::set ? rules::takes_set(parameter->context)
                                                     : rules::takes_alter_system(*parameter));
}

void Explainer::missing(const std::vector<std::string>& lacking) {
  ExplanationRow row;
  row.source = GrantSource::missing;
  row.role_path = {roles_.name(role_.id())};
  row.detail = server::quoted(roles_.name(role_.id())) + " lacks " +
               std::string(to_string(privilege_)) +
               (lacking.empty() ? "" : " on " + columns(lacking));
  if (server::is_for_superusers_alone(object_, privilege_)) {
    row.detail += ": only superusers change system catalogs";
  } else if (!is_vain()) {
    row.fix = server::grant_statement(roles_, object_, privilege_, role_.id(), lacking);
  }
  rows_.push_back(std::move(row));
}

/// Ways first, in the order of their kinds; then the shortest; the rest by name.
void Explainer::sort() {
  std::sort(rows_.begin(), rows_.end(), [](const ExplanationRow& a, const ExplanationRow& b) {
    const auto key = [](const ExplanationRow& row) {
      return std::make_tuple(row.source == GrantSource::missing, row.requires_set_role, row.source,
                             row.role_path.size());
    };
    return std::make_tuple(key(a), std::tie(a.role_path, a.grantor, a.detail)) <
           std::make_tuple(key(b), std::tie(b.role_path, b.grantor, b.detail));
  });
}

void Explainer::obstacles() {
  const std::vector<Obstacle> found = find_obstacles(roles_, role_, object_, privilege_);
  const bool stopped = std::any_of(found.begin(), found.end(),
                                   [](const Obstacle& obstacle) { return obstacle.certain; });
  for (ExplanationRow& row : rows_) {
    if (row.held && !stopped) {
      row.usable = found.empty() ? std::optional(true) : std::nullopt;
    }
  }
  for (const Obstacle& obstacle : found) {
    ExplanationRow row;
    row.source = GrantSource::obstacle;
    row.role_path = {roles_.name(obstacle.role)};
    row.detail = obstacle.detail;
    row.fix = obstacle.fix;
    rows_.push_back(std::move(row));
  }
}

std::vector<ExplanationRow> Explainer::run() {
  whole();
  own_column();
  beyond_grants();
  if (!held_) {
    object_.type == ObjectType::table ? by_column() : missing({});
  }
  sort();
  obstacles();
  return std::move(rows_);
}

}  // namespace

std::vector<ExplanationRow> explain(server::Roles& roles, rules::Role& role,
                                    const server::CatalogObject& object, Privilege privilege) {
  return Explainer(roles, role, object, privilege).run();
}

}  // namespace conncheck::functions
