#include "agent/core/finding_group.hpp"

#include <fmt/format.h>

#include <map>
#include <tuple>

#include "agent/core/grant_statement.hpp"
#include "agent/core/sql_identifier.hpp"

namespace conncheck {
namespace {

/// What findings have in common to be told as one.
auto likeness(const Finding& finding) {
  return std::tuple(std::string_view(finding.rule), finding.severity,
                    std::string_view(*finding.schema_name), list_privileges(finding.missing),
                    std::string_view(finding.message_lead), std::string_view(finding.message_tail),
                    finding.grant_usage, list_privileges(finding.grant), finding.fix.has_value());
}

FindingGroup alone(const Finding& finding) {
  return {finding.rule, finding.severity, finding.message, finding.fix, 1};
}

FindingGroup together(const std::vector<const Finding*>& findings, std::string_view role) {
  const Finding& first = *findings.front();
  std::vector<std::string> tables;
  for (const Finding* finding : findings) {
    tables.push_back(*finding->table_name);
  }
  FindingGroup group = alone(first);
  group.count = findings.size();
  if (first.fix) {
    group.fix = grant_statements(role, *first.schema_name, tables, first.grant_usage, first.grant);
  }
  // Where the GRANT names every relation, the sentence need not.
  constexpr std::size_t few = 5;
  const bool all_named = tables.size() <= few || first.grant.empty();
  std::string names;
  for (std::size_t i = 0; i < tables.size() && (all_named || i + 2 < few); ++i) {
    names += names.empty() ? "" : ", ";
    names += quote_ident_visibly(tables[i]);
  }
  group.message = fmt::format("{}{} relations of schema {} ({}{}){}", first.message_lead,
                              tables.size(), quote_ident_visibly(*first.schema_name), names,
                              all_named ? "" : ", …", first.message_tail);
  return group;
}

}  // namespace

std::vector<FindingGroup> group_findings(std::span<const Finding> findings, std::string_view role) {
  std::vector<std::vector<const Finding*>> bundles;
  std::map<decltype(likeness(findings.front())), std::size_t> bundle_of;
  for (const Finding& finding : findings) {
    if (finding.schema_name && finding.table_name && !finding.message_lead.empty()) {
      const auto [place, is_new] = bundle_of.try_emplace(likeness(finding), bundles.size());
      if (!is_new) {
        bundles[place->second].push_back(&finding);
        continue;
      }
    }
    bundles.push_back({&finding});
  }
  std::vector<FindingGroup> groups;
  for (const auto& bundle : bundles) {
    groups.push_back(bundle.size() == 1 ? alone(*bundle.front()) : together(bundle, role));
  }
  return groups;
}

}  // namespace conncheck
