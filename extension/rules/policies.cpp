#include "extension/rules/policies.hpp"

#include <algorithm>

namespace conncheck::rules {
namespace {

enum class Part { using_rows, with_check };

/// A policy without WITH CHECK checks new rows by USING.
const PolicyCondition* part_of(const Policy& policy, Part part) {
  if (part == Part::with_check && policy.with_check) {
    return &*policy.with_check;
  }
  return policy.using_rows ? &*policy.using_rows : nullptr;
}

bool applies(const Policy& policy, Policy::Command command, Role& role) {
  return (policy.command == Policy::Command::all || policy.command == command) &&
         std::any_of(policy.roles.begin(), policy.roles.end(),
                     [&](RoleId each) { return role.receives_grants_to(each); });
}

class Collector {
 public:
  Collector(const std::vector<Policy>& policies, Role& role) : policies_(policies), role_(role) {}

  void add(Policy::Command command, Part part) {
    std::vector<const PolicyCondition*> permissive = conditions(command, part, true);
    if (permissive.empty()) {
      return;
    }
    const bool planned = std::none_of(permissive.begin(), permissive.end(),
                                      [](const auto* each) { return each->always_true; });
    for (const PolicyCondition* condition : permissive) {
      added_.push_back({condition, planned});
    }
    for (const PolicyCondition* condition : conditions(command, part, false)) {
      added_.push_back({condition, true});
    }
  }
  std::vector<AddedCondition> added() { return std::move(added_); }

 private:
  std::vector<const PolicyCondition*> conditions(Policy::Command command, Part part,
                                                 bool permissive) {
    std::vector<const PolicyCondition*> found;
    for (const Policy& policy : policies_) {
      if (policy.permissive == permissive && applies(policy, command, role_)) {
        if (const PolicyCondition* condition = part_of(policy, part)) {
          found.push_back(condition);
        }
      }
    }
    return found;
  }

  const std::vector<Policy>& policies_;
  Role& role_;
  std::vector<AddedCondition> added_;
};

}  // namespace

std::vector<AddedCondition> added_conditions(const std::vector<Policy>& policies, Role& role,
                                             const TableUse& use) {
  using Command = Policy::Command;
  Collector collector(policies, role);
  const bool reads = !use.write || use.required.has(Privilege::select);
  const bool updates = use.write == Write::update || use.required.has(Privilege::update);
  if (reads) {
    collector.add(Command::select, Part::using_rows);
  }
  if (updates) {
    collector.add(Command::update, Part::using_rows);
  }
  if (updates && use.write) {
    collector.add(Command::update, Part::with_check);
  }
  if (use.write == Write::delete_) {
    collector.add(Command::delete_, Part::using_rows);
  }
  if (use.write == Write::insert) {
    collector.add(Command::insert, Part::with_check);
  }
  return collector.added();
}

}  // namespace conncheck::rules
