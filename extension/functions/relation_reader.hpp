// What a report on relations starts from: the relations, and what a role holds by column on them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "extension/functions/held_columns.hpp"
#include "extension/functions/relation_candidates.hpp"
#include "extension/rules/id_table.hpp"
#include "extension/rules/name_pattern.hpp"
#include "extension/server/refused_calls.hpp"
#include "extension/server/relation_source.hpp"
#include "extension/server/relations.hpp"
#include "extension/server/schemas.hpp"

namespace conncheck::functions {

/// Which relations of the given schemas; those on which the role holds nothing only if asked for.
struct ReportSelection {
  std::optional<rules::NamePattern> schema;
  std::optional<rules::NamePattern> table;
  bool include_invisible = false;
};

/// Reads the relations, and what is held by column on them.
class RelationReader {
 public:
  /// Keeps references to all of them. `candidates` and `columns` are filled.
  RelationReader(rules::Role& role, const server::Schemas& schemas,
                 const ReportSelection& selection, server::CatalogRelations& relations,
                 RelationCandidates& candidates, HeldColumns& columns)
      : role_(role),
        schemas_(schemas),
        selection_(selection),
        relations_(relations),
        candidates_(candidates),
        columns_(columns) {}

  void run();

 private:
  using CandidateNumbers = rules::IdTable<std::uint32_t>;  ///< by their ids

  void read_candidates();
  void find_what_is_rare();
  void read_column_grants();
  std::optional<server::RelationSelection> look_up() const;
  void add_candidate(const server::RelationRow& row, const rules::Acl& acl);
  void add_column(std::uint32_t candidate, int number, std::string_view name, PrivilegeSet held);
  void read_all_column_grants(const CandidateNumbers& lacking);
  void judge_every_column();
  void judge_every_column_one_by_one(const std::vector<std::uint32_t>& columned);
  void judge_every_column_at_once(const std::vector<std::uint32_t>& columned);
  CandidateNumbers numbers_of(const std::vector<std::uint32_t>& candidates) const;

  rules::Role& role_;
  const server::Schemas& schemas_;
  const ReportSelection& selection_;
  server::CatalogRelations& relations_;
  RelationCandidates& candidates_;
  HeldColumns& columns_;
  server::RelationTraits traits_ = {false, false};  ///< of all that have been read
};

}  // namespace conncheck::functions
