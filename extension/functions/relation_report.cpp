#include "extension/functions/relation_report.hpp"

#include "extension/functions/relation_judge.hpp"
#include "extension/server/guard.hpp"
#include "extension/server/memory.hpp"
#include "extension/server/relation_source.hpp"

namespace conncheck::functions {

std::uint32_t RelationReport::Verdicts::number_of(const rules::Verdict& verdict) {
  const auto digit = [](std::optional<bool> answer) {
    return answer ? 1U + (*answer ? 1U : 0U) : 0U;
  };
  std::uint32_t key = 1;
  for (const rules::Obstacle obstacle : verdict.blocked_by) {
    key |= 2U << static_cast<unsigned>(obstacle);
  }
  key = key << 6 | digit(verdict.can_read) << 4 | digit(verdict.can_write) << 2 |
        digit(verdict.can_truncate);
  if (const std::uint32_t* known = numbers_.find(key)) {
    return *known;
  }
  const auto number = static_cast<std::uint32_t>(distinct_.size());
  distinct_.push_back(verdict);
  numbers_.insert(key, number);
  return number;
}

RelationReport::RelationReport(server::Roles& roles, rules::Role& role,
                               const server::Schemas& schemas, const ReportSelection& selection)
    : role_(role) {
  server::CatalogRelations relations(roles);
  RelationReader(role, schemas, selection, relations, candidates_, columns_).run();
  std::vector<std::uint32_t> visible;
  visible.reserve(candidates_.size());
  for (std::uint32_t candidate = 0; candidate < candidates_.size(); ++candidate) {
    if (selection.include_invisible || columns_.has_some(candidate) ||
        !candidates_.profile(candidate).grants.privileges.empty()) {
      visible.push_back(candidate);
    }
  }
  candidates_.sort(visible);

  RelationJudge judge(role, candidates_, columns_, relations);
  server::ScratchMemory memory;
  std::vector<std::optional<std::uint32_t>> by_profile(candidates_.profile_count());
  visible_.reserve(visible.size());
  for (const std::uint32_t candidate : visible) {
    server::check_for_interrupts();
    if (!judge.is_judged_by_profile(candidate)) {
      visible_.push_back({candidate, verdicts_.number_of(judge.judge(candidate)), false});
      memory.reset();
      continue;
    }
    std::optional<std::uint32_t>& verdict = by_profile[candidates_.profile_number(candidate)];
    if (!verdict) {
      verdict = verdicts_.number_of(judge.judge(candidate));
    }
    visible_.push_back({candidate, *verdict, true});
  }
}

ReportedRelation RelationReport::at(std::size_t number) const {
  const auto [candidate, verdict, by_profile] = visible_[number];
  const RelationProfile& profile = candidates_.profile(candidate);
  std::optional<std::uint32_t> as_profile;
  if (by_profile) {
    as_profile = candidates_.profile_number(candidate);
  }
  return {profile,
          candidates_.id(candidate),
          candidates_.name(candidate),
          row_security_of(role_, profile),
          verdicts_.at(verdict),
          columns_.of(candidate),
          as_profile};
}

}  // namespace conncheck::functions
