#include "extension/rules/membership_paths.hpp"

#include <algorithm>
#include <deque>

namespace conncheck::rules {
namespace {

/// By number, so that of equally short ways the same one is found each time.
std::vector<MembershipGrant> merged(std::vector<MembershipGrant> memberships) {
  std::sort(memberships.begin(), memberships.end(),
            [](const MembershipGrant& a, const MembershipGrant& b) { return a.role < b.role; });
  std::vector<MembershipGrant> result;
  for (const MembershipGrant& membership : memberships) {
    if (result.empty() || result.back().role != membership.role) {
      result.push_back(membership);
      continue;
    }
    result.back().inherit = result.back().inherit || membership.inherit;
    result.back().set = result.back().set || membership.set;
    result.back().admin = result.back().admin || membership.admin;
  }
  return result;
}

}  // namespace

MembershipPaths::MembershipPaths(RoleId role, const MembershipsOf& memberships_of) : role_(role) {
  Graph graph;
  std::vector<RoleId> pending = {role};
  while (!pending.empty()) {
    const RoleId member = pending.back();
    pending.pop_back();
    if (member == public_role || graph.contains(member)) {
      continue;
    }
    for (const MembershipGrant& found : graph[member] = merged(memberships_of(member))) {
      pending.push_back(found.role);
    }
  }
  inherited_ = arrivals(graph, &MembershipGrant::inherit);
  set_ = arrivals(graph, &MembershipGrant::set, &set_role_targets_);
  beyond_ = arrivals_beyond(graph);
  member_ = arrivals(graph, nullptr);
}

/// Breadth first over the memberships that have the option; nullptr: over all of them.
MembershipPaths::Arrivals MembershipPaths::arrivals(const Graph& graph,
                                                    bool MembershipGrant::*option,
                                                    std::vector<RoleId>* order) const {
  Arrivals reached;
  std::deque<RoleId> pending = {role_};
  while (!pending.empty()) {
    const RoleId from = pending.front();
    pending.pop_front();
    const auto memberships = graph.find(from);
    if (memberships == graph.end()) {
      continue;
    }
    for (const MembershipGrant& step : memberships->second) {
      if (step.role == role_ || (option != nullptr && !(step.*option)) ||
          !reached.emplace(step.role, Arrival{from, step}).second) {
        continue;
      }
      pending.push_back(step.role);
      if (order != nullptr) {
        order->push_back(step.role);
      }
    }
  }
  return reached;
}

MembershipPaths::Arrivals MembershipPaths::arrivals_beyond(const Graph& graph) const {
  struct Stop {
    RoleId role;
    bool by_set_role;
  };
  Arrivals reached;
  std::deque<Stop> pending;
  // The roles that SET ROLE reaches are nearest first, and so is what they inherit.
  for (const RoleId target : set_role_targets_) {
    pending.push_back({target, true});
  }
  while (!pending.empty()) {
    const Stop stop = pending.front();
    pending.pop_front();
    for (const MembershipGrant& step : graph.at(stop.role)) {
      if (step.inherit && step.role != role_ &&
          reached.emplace(step.role, Arrival{stop.role, step, stop.by_set_role}).second) {
        pending.push_back({step.role, false});
      }
    }
  }
  return reached;
}

std::optional<MembershipPath> MembershipPaths::path(const Arrivals& arrivals, RoleId other) const {
  MembershipPath result;
  RoleId role = other;
  while (role != role_) {
    const auto arrival = arrivals.find(role);
    if (arrival == arrivals.end()) {
      return std::nullopt;
    }
    result.steps.insert(result.steps.begin(), arrival->second.step);
    role = arrival->second.from;
  }
  return result;
}

std::optional<MembershipPath> MembershipPaths::inheriting(RoleId other) const {
  return path(inherited_, other);
}

std::optional<MembershipPath> MembershipPaths::belonging(RoleId other) const {
  return path(member_, other);
}

std::optional<MembershipPath> MembershipPaths::becoming(RoleId other) const {
  std::optional<MembershipPath> result = path(set_, other);
  if (result) {
    result->set_role_steps = result->steps.size();
  }
  return result;
}

std::optional<MembershipPath> MembershipPaths::to(RoleId other) const {
  if (std::optional<MembershipPath> inherited = inheriting(other)) {
    return inherited;
  }
  if (std::optional<MembershipPath> set = becoming(other)) {
    return set;
  }
  std::vector<MembershipGrant> inherited;
  RoleId role = other;
  for (bool after_set_role = false; !after_set_role;) {
    const auto arrival = beyond_.find(role);
    if (arrival == beyond_.end()) {
      return std::nullopt;
    }
    inherited.insert(inherited.begin(), arrival->second.step);
    role = arrival->second.from;
    after_set_role = arrival->second.after_set_role;
  }
  std::optional<MembershipPath> result = becoming(role);
  if (result) {
    result->steps.insert(result->steps.end(), inherited.begin(), inherited.end());
  }
  return result;
}

}  // namespace conncheck::rules
