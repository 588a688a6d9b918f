// What a role can do with the relations of a database: the rows of conncheck_permissions, which
// conncheck_schemas counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "extension/functions/held_columns.hpp"
#include "extension/functions/relation_candidates.hpp"
#include "extension/functions/relation_reader.hpp"
#include "extension/rules/columns.hpp"
#include "extension/rules/id_table.hpp"
#include "extension/rules/relation.hpp"
#include "extension/rules/row_security.hpp"
#include "extension/server/roles.hpp"
#include "extension/server/schemas.hpp"

namespace conncheck::functions {

/// Valid as long as the report.
struct ReportedRelation {
  const RelationProfile& profile;
  rules::RelationId id;
  const char* name;
  rules::RowSecurity row_security;
  const rules::Verdict& verdict;
  std::vector<rules::ColumnGrant> column_grants;  ///< beyond those on the whole relation
  /// Set where all but `id` and `name` follows from the profile: the profile's number, from 0.
  std::optional<std::uint32_t> as_profile;
};

/// The relations in `schemas` that the role can see (or all of them), by schema and name in C
/// order. Everything is read and decided at construction, under the snapshot of that moment, and
/// kept in little memory; what comes later asks the server nothing. Waits for no relation's lock.
/// Relations dropped meanwhile are left out.
class RelationReport {
 public:
  /// Keeps references to the role and the schemas.
  RelationReport(server::Roles& roles, rules::Role& role, const server::Schemas& schemas,
                 const ReportSelection& selection);

  [[nodiscard]] std::size_t size() const { return visible_.size(); }
  [[nodiscard]] ReportedRelation at(std::size_t number) const;

 private:
  /// Many relations, few verdicts: each is kept once.
  class Verdicts {
   public:
    std::uint32_t number_of(const rules::Verdict& verdict);
    [[nodiscard]] const rules::Verdict& at(std::uint32_t number) const { return distinct_[number]; }

   private:
    std::vector<rules::Verdict> distinct_;
    rules::IdTable<std::uint32_t> numbers_;
  };

  struct Visible {
    std::uint32_t candidate;
    std::uint32_t verdict : 31;
    std::uint32_t by_profile : 1;
  };

  rules::Role& role_;
  RelationCandidates candidates_;
  HeldColumns columns_{0};
  Verdicts verdicts_;
  std::vector<Visible> visible_;
};

}  // namespace conncheck::functions
