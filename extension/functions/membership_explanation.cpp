#include "extension/functions/explanation.hpp"
#include "extension/functions/path_description.hpp"
#include "extension/server/grant_statement.hpp"
#include "extension/server/memberships.hpp"
#include "extension/server/version.hpp"

namespace conncheck::functions {
namespace {

using rules::GrantSource;

/// One role's membership in another.
class MembershipExplainer {
 public:
  MembershipExplainer(server::Roles& roles, rules::Role& role, rules::RoleId other,
                      MembershipWord word)
      : roles_(roles),
        role_(role),
        other_(other),
        word_(word),
        memberships_(role.id(), server::memberships_of) {}

  std::vector<ExplanationRow> run();

 private:
  [[nodiscard]] std::optional<rules::MembershipPath> path() const;
  void add(GrantSource source, const rules::MembershipPath& path, std::string detail);
  void missing();
  [[nodiscard]] std::vector<std::string> fixes() const;

  server::Roles& roles_;
  rules::Role& role_;
  rules::RoleId other_;
  MembershipWord word_;
  rules::MembershipPaths memberships_;
  std::vector<ExplanationRow> rows_;
};

std::optional<rules::MembershipPath> MembershipExplainer::path() const {
  if (role_.id() == rules::public_role) {
    return std::nullopt;
  }
  switch (word_) {
    case MembershipWord::usage:
      return memberships_.to(other_);
    case MembershipWord::set: {
      std::optional<rules::MembershipPath> found = memberships_.becoming(other_);
      if (found) {
        found->set_role_steps = 0;  // SET ROLE is what is asked for
      }
      return found;
    }
    case MembershipWord::member:
      break;
  }
  return memberships_.belonging(other_);
}

void MembershipExplainer::add(GrantSource source, const rules::MembershipPath& path,
                              std::string detail) {
  ExplanationRow row;
  row.held = !path.requires_set_role();
  row.usable = row.held;
  row.source = source;
  row.requires_set_role = path.requires_set_role();
  row.role_path = role_path(roles_, role_.id(), {source, path, other_});
  row.grantable = row.held && server::membership(role_.id(), other_).admin;
  row.detail = std::move(detail);
  rows_.push_back(std::move(row));
}

/// Empty: membership cannot be granted.
std::vector<std::string> MembershipExplainer::fixes() const {
  if (role_.id() == rules::public_role || other_ == server::database_owner_role() ||
      server::membership(other_, role_.id()).member) {
    return {};
  }
  const std::string member = server::quoted(roles_.name(role_.id()));
  const std::string grant = "GRANT " + server::quoted(roles_.name(other_)) + " TO " + member;
  if (server::membership_has_options) {
    switch (word_) {
      case MembershipWord::usage:
        return {grant + " WITH INHERIT TRUE"};
      case MembershipWord::set:
        return {grant + " WITH SET TRUE"};
      case MembershipWord::member:
        return {grant};
    }
  }
  std::vector<std::string> statements;
  const std::optional<rules::MembershipPath> path = memberships_.belonging(other_);
  if (!path || path->steps.size() > 1) {
    statements.push_back(grant);
  }
  if (word_ == MembershipWord::usage && !server::inherits(role_.id())) {
    statements.push_back("ALTER ROLE " + member + " INHERIT");
  }
  return statements;
}

void MembershipExplainer::missing() {
  constexpr std::array what = {" is no member of ", " does not inherit from ",
                               " may not SET ROLE to "};
  ExplanationRow row;
  row.source = GrantSource::missing;
  row.role_path = {roles_.name(role_.id())};
  row.detail = server::quoted(roles_.name(role_.id())) + what[static_cast<std::size_t>(word_)] +
               server::quoted(roles_.name(other_));
  const std::vector<std::string> statements = fixes();
  if (statements.empty()) {
    row.detail += ", and it cannot be granted";
    rows_.push_back(row);
  }
  for (const std::string& statement : statements) {
    row.fix = statement;
    rows_.push_back(row);
  }
}

std::vector<ExplanationRow> MembershipExplainer::run() {
  if (role_.superuser()) {
    add(GrantSource::superuser, {},
        server::quoted(roles_.name(role_.id())) + " is a superuser, and so a member of every role");
    rows_.back().role_path.resize(1);
  }
  if (const std::optional<rules::MembershipPath> found = path()) {
    const bool itself = found->steps.empty();
    add(found->steps.size() > 1 ? GrantSource::member : GrantSource::direct, *found,
        itself ? "the role itself" : describe(roles_, role_.id(), *found));
  }
  const bool held =
      std::any_of(rows_.begin(), rows_.end(), [](const ExplanationRow& row) { return row.held; });
  if (!held) {
    missing();
  }
  return std::move(rows_);
}

}  // namespace

std::vector<ExplanationRow> explain_membership(server::Roles& roles, rules::Role& role,
                                               const server::CatalogObject& object,
                                               MembershipWord word) {
  return MembershipExplainer(roles, role, object.id, word).run();
}

}  // namespace conncheck::functions
