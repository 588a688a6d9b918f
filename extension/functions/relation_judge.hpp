// The verdict on each relation of a report.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "extension/functions/held_columns.hpp"
#include "extension/functions/relation_candidates.hpp"
#include "extension/rules/relation.hpp"
#include "extension/rules/rewriting.hpp"
#include "extension/rules/role.hpp"
#include "extension/rules/row_security.hpp"
#include "extension/server/relation_source.hpp"

namespace conncheck::functions {

[[nodiscard]] rules::RowSecurity row_security_of(rules::Role& role,
                                                 const RelationProfile& relation);

/// Decides relation by relation, and remembers what lies beneath them.
class RelationJudge {
 public:
  /// Keeps references to all of them.
  RelationJudge(rules::Role& role, const RelationCandidates& candidates, const HeldColumns& columns,
                server::CatalogRelations& relations)
      : role_(role), candidates_(candidates), columns_(columns), relations_(relations) {
    rewriting_.emplace(relations_, role_.id());
  }

  rules::Verdict judge(std::uint32_t candidate);
  /// Of most relations the profile says all: those are judged once for each profile.
  [[nodiscard]] bool is_judged_by_profile(std::uint32_t candidate) const;

 private:
  rules::RelationAccess access_to(std::uint32_t candidate,
                                  const std::vector<rules::ColumnGrant>& columns);
  void look_beneath(std::uint32_t candidate, rules::RelationAccess& access);
  void look_beneath_write(std::uint32_t candidate, rules::Write write, PrivilegeSet held,
                          rules::RelationAccess& access);
  [[nodiscard]] bool may_refuse_calls(std::uint32_t candidate) const;
  [[nodiscard]] bool may_have_demanding_policies(std::uint32_t candidate) const;
  void forget();
  [[nodiscard]] bool reading_may_refuse_calls(std::uint32_t candidate) const;

  rules::Role& role_;
  const RelationCandidates& candidates_;
  const HeldColumns& columns_;
  server::CatalogRelations& relations_;
  std::optional<rules::Rewriting> rewriting_;
};

}  // namespace conncheck::functions
