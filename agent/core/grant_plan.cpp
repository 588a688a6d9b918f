#include "agent/core/grant_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "agent/core/finding_group.hpp"
#include "agent/core/grant_statement.hpp"
#include "agent/core/printable.hpp"
#include "agent/core/revocation.hpp"
#include "agent/core/sql_identifier.hpp"
#include "agent/core/usable_privilege.hpp"

namespace conncheck {
namespace {

PrivilegeSet asked_by(std::span<const PolicyRule> rules, const RelationPermissions& relation) {
  PrivilegeSet privileges;
  for (const PolicyRule& rule : rules) {
    if (rule_covers(rule, relation)) {
      privileges = privileges | rule.privileges;
    }
  }
  return privileges;
}

std::string names_of(const std::set<std::string>& roles) {
  constexpr std::size_t most = 10;
  std::string names;
  std::size_t told = 0;
  for (const std::string& role : roles) {
    if (told == most) {
      return fmt::format("{} and {} more", names, roles.size() - most);
    }
    names += names.empty() ? "" : ", ";
    names += quote_ident_visibly(role);
    ++told;
  }
  return names;
}

/// Makes the plan of one subject.
class Planner {
 public:
  Planner(const PolicySubject& subject, std::span<const PolicyRule> require,
          std::span<const PolicyRule> forbid, const GrantFacts* facts)
      : subject_(subject), require_(require), forbid_(forbid), facts_(facts) {
    for (const RelationPermissions& relation : subject.relations) {
      relations_.emplace(
          std::pair(std::string_view(relation.schema_name), std::string_view(relation.table_name)),
          &relation);
    }
  }

  GrantPlan make() {
    explain_contradictions();
    plan_grants();
    plan_revokes();
    plan_replacements();
    return std::move(plan_);
  }

 private:
  void explain_contradictions() {
    for (const RelationPermissions* relation : in_order(subject_.relations)) {
      const PrivilegeSet both = asked_by(require_, *relation) & asked_by(forbid_, *relation);
      if (!both.empty()) {
        plan_.impossible.push_back(fmt::format(
            "{} on {} is both required and forbidden: change one of the rules.",
            list_privileges(both), quote_relation(relation->schema_name, relation->table_name)));
      }
    }
  }

  /// What a finding still speaks of when its GRANT has been run: what no GRANT mends.
  [[nodiscard]] bool is_mended(const Finding& finding, const RelationPermissions& relation) const {
    const PrivilegeSet left = finding.missing - finding.grant;
    const bool by_usage_alone =
        left.empty() || (finding.grant_usage && relation.privileges.has_all(left) &&
                         !impossible_privileges(relation).has_any(left));
    const bool blocked_otherwise =
        std::any_of(relation.blocked_by.begin(), relation.blocked_by.end(),
                    [](const std::string& reason) { return reason != schema_usage; });
    return by_usage_alone && !blocked_otherwise;
  }

  void plan_grants() {
    std::vector<Finding> mended;
    for (Finding& finding : require_findings(subject_, require_)) {
      if (!finding.schema_name) {
        plan_.impossible.push_back(finding.message);
        continue;
      }
      const RelationPermissions& relation =
          *relations_.at({*finding.schema_name, *finding.table_name});
      const PrivilegeSet both = asked_by(require_, relation) & asked_by(forbid_, relation);
      if ((finding.missing - both).empty()) {
        continue;
      }
      if (!finding.fix || !is_mended(finding, relation)) {
        plan_.impossible.push_back(finding.message);
      }
      if (!finding.fix) {
        continue;
      }
      if (finding.grant.has_any(both)) {
        finding.grant = finding.grant - both;
        finding.fix = grant_statements(subject_.role_name, *finding.schema_name,
                                       std::span(&*finding.table_name, 1), finding.grant_usage,
                                       finding.grant);
      }
      if (!finding.fix->empty()) {
        mended.push_back(std::move(finding));
      }
    }
    for (FindingGroup& group : group_findings(mended, subject_.role_name)) {
      plan_.steps.push_back({{std::move(group.message)}, std::move(*group.fix)});
    }
  }

  void plan_revokes() {
    for (const ForbiddenHold& hold : forbidden_holds(subject_, require_, forbid_)) {
      const RelationPermissions& relation = *hold.relation;
      if (facts_ == nullptr) {
        plan_.impossible.push_back(fmt::format(
            "{} holds {} on {}, which is forbidden: by which grants is not known, as the catalogs "
            "cannot be read here.",
            quote_grantee(hold.holder), list_privileges(hold.privileges),
            quote_relation(relation.schema_name, relation.table_name)));
        continue;
      }
      RevokeSteps revoke = revoke_steps(*facts_, {.role = hold.holder,
                                                  .schema_name = relation.schema_name,
                                                  .table_name = relation.table_name,
                                                  .privileges = hold.privileges});
      std::move(revoke.impossible.begin(), revoke.impossible.end(),
                std::back_inserter(plan_.impossible));
      if (hold.holder == subject_.role_name) {
        lost_ = lost_ | revoke.lost_elsewhere;
      }
      for (RevokeSteps::Step& step : revoke.steps) {
        add_revoke(hold, std::move(step));
      }
    }
  }

  void add_revoke(const ForbiddenHold& hold, RevokeSteps::Step step) {
    const std::string relation =
        quote_relation(hold.relation->schema_name, hold.relation->table_name);
    const std::string role = quote_grantee(subject_.role_name);
    std::vector<std::string> reasons;
    reasons.push_back(
        hold.holder == subject_.role_name
            ? fmt::format("{} holds {} on {}, which is forbidden.", role,
                          list_privileges(hold.privileges), relation)
            : fmt::format("{} can reach {} on {} by SET ROLE to {}, which is forbidden.", role,
                          list_privileges(hold.privileges), relation,
                          quote_ident_visibly(hold.holder)));
    step.also_hits.erase(std::string(subject_.role_name));
    if (!step.also_takes.empty()) {
      reasons.push_back(std::move(step.also_takes));
    }
    if (!step.also_hits.empty()) {
      reasons.push_back(
          fmt::format("It takes the same from others who have it by nothing else: {}.",
                      names_of(step.also_hits)));
    }
    const auto same =
        std::find_if(plan_.steps.begin(), plan_.steps.end(),
                     [&](const GrantPlan::Step& other) { return other.sql == step.sql; });
    if (same == plan_.steps.end()) {
      plan_.steps.push_back({std::move(reasons), std::move(step.sql)});
    } else {
      same->reasons.insert(same->reasons.begin(), std::move(reasons.front()));
    }
  }

  /// Who leaves a predefined role needs grants for what it is required to do.
  void plan_replacements() {
    std::map<std::pair<std::string, std::uint16_t>, std::vector<std::string>> tables;
    for (const RelationPermissions* relation : in_order(subject_.relations)) {
      const PrivilegeSet kept = asked_by(require_, *relation) & relation->privileges & lost_;
      const PrivilegeSet wanted = kept - asked_by(forbid_, *relation);
      const bool can_be_written =
          is_valid_utf8(relation->schema_name) && is_valid_utf8(relation->table_name);
      if (!wanted.empty() && can_be_written) {
        tables[{relation->schema_name, wanted.bits()}].push_back(relation->table_name);
      }
    }
    for (const auto& [key, names] : tables) {
      const auto& [schema, bits] = key;
      const bool usage = lost_.has_any({Privilege::select, Privilege::insert});
      plan_.steps.push_back({{fmt::format("{} is required to do this without the predefined role.",
                                          quote_grantee(subject_.role_name))},
                             grant_statements(subject_.role_name, schema, names, usage,
                                              PrivilegeSet::from_bits(bits))});
    }
  }

  const PolicySubject& subject_;
  std::span<const PolicyRule> require_;
  std::span<const PolicyRule> forbid_;
  const GrantFacts* facts_;
  std::map<std::pair<std::string_view, std::string_view>, const RelationPermissions*> relations_;
  PrivilegeSet lost_;
  GrantPlan plan_;
};

void append(GrantPlan& plan, GrantPlan more) {
  for (GrantPlan::Step& step : more.steps) {
    const bool is_known =
        std::any_of(plan.steps.begin(), plan.steps.end(),
                    [&](const GrantPlan::Step& other) { return other.sql == step.sql; });
    if (!is_known) {
      plan.steps.push_back(std::move(step));
    }
  }
  for (std::string& sentence : more.impossible) {
    if (std::find(plan.impossible.begin(), plan.impossible.end(), sentence) ==
        plan.impossible.end()) {
      plan.impossible.push_back(std::move(sentence));
    }
  }
}

}  // namespace

std::vector<ForbiddenHold> forbidden_holds(const PolicySubject& subject,
                                           std::span<const PolicyRule> require,
                                           std::span<const PolicyRule> forbid) {
  std::vector<ForbiddenHold> holds;
  std::map<std::pair<std::string_view, std::string_view>, PrivilegeSet> held_by_itself;
  const auto forbidden_on = [&](const RelationPermissions& relation) {
    return asked_by(forbid, relation) - asked_by(require, relation);
  };
  for (const RelationPermissions* relation : in_order(subject.relations)) {
    const PrivilegeSet held = held_privileges(*relation);
    held_by_itself[{relation->schema_name, relation->table_name}] = held;
    if (const PrivilegeSet both = held & forbidden_on(*relation); !both.empty()) {
      holds.push_back({subject.role_name, relation, both});
    }
  }
  for (const RoleObservation& role : subject.reachable) {
    for (const RelationPermissions& relation : role.relations) {
      const PrivilegeSet more =
          held_privileges(relation) - held_by_itself[{relation.schema_name, relation.table_name}];
      if (const PrivilegeSet both = more & forbidden_on(relation); !both.empty()) {
        holds.push_back({role.role_name, &relation, both});
      }
    }
  }
  return holds;
}

GrantPlan grant_plan(const PolicySubject& subject, std::span<const PolicyRule> require,
                     std::span<const PolicyRule> forbid, const GrantFacts* facts) {
  return Planner(subject, require, forbid, facts).make();
}

GrantPlan grant_plan(const Connection& connection, const Observation& observation) {
  const GrantFacts* facts = observation.grants ? &*observation.grants : nullptr;
  GrantPlan plan;
  const auto add = [&](const RoleObservation& role, std::span<const RoleObservation> reachable) {
    const PolicySubject subject = subject_of(connection, *observation.session, role, reachable);
    append(plan, grant_plan(subject, connection.require, connection.forbid, facts));
  };
  for (const std::string& role : observation.unknown_roles) {
    plan.impossible.push_back(unknown_role_finding(connection.name, role).message);
  }
  for (const std::string& role : observation.roles_not_audited) {
    plan.impossible.push_back(role_not_audited_finding(connection.name, role).message);
  }
  if (connection.roles.empty()) {
    add(observation.login, observation.reachable);
  }
  for (const RoleObservation& role : observation.roles) {
    add(role, {});
  }
  return plan;
}

}  // namespace conncheck
