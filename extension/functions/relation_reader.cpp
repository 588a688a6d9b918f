#include "extension/functions/relation_reader.hpp"

#include <algorithm>
#include <span>

#include "extension/rules/columns.hpp"
#include "extension/server/columns.hpp"
#include "extension/server/version.hpp"

namespace conncheck::functions {
namespace {

constexpr PrivilegeSet by_column = {Privilege::select, Privilege::insert, Privilege::update,
                                    Privilege::references};

/// Up to so many relations, their columns are looked up one by one instead of all at once.
constexpr std::size_t few_relations = 64;

/// How many relations' columns can be looked up in the time that it takes to read those of all
/// relations: one for so many of them.
constexpr std::size_t look_ups_per_scan = 4;

}  // namespace

void RelationReader::run() {
  read_candidates();
  find_what_is_rare();
  read_column_grants();
}

/// What to read of pg_class; nullopt: nothing can match.
std::optional<server::RelationSelection> RelationReader::look_up() const {
  server::RelationSelection wanted;
  if (selection_.table && selection_.table->is_literal()) {
    wanted.name = selection_.table->text();
  }
  if (selection_.schema && selection_.schema->is_literal()) {
    const auto schema = std::find_if(schemas_.begin(), schemas_.end(), [&](const auto& each) {
      return each.second.name == selection_.schema->text();
    });
    if (schema == schemas_.end()) {
      return std::nullopt;
    }
    if (wanted.name) {
      wanted.schema = schema->first;
    }
  }
  return wanted;
}

void RelationReader::read_candidates() {
  const std::optional<server::RelationSelection> wanted = look_up();
  if (wanted) {
    server::read_relations(*wanted, [this](const server::RelationRow& row, const rules::Acl& acl) {
      add_candidate(row, acl);
    });
  }
}

void RelationReader::add_candidate(const server::RelationRow& row, const rules::Acl& acl) {
  traits_.some_have_checks = traits_.some_have_checks || row.has_checks;
  traits_.some_have_triggers = traits_.some_have_triggers || row.has_triggers;
  const auto schema = schemas_.find(row.schema);
  if (schema == schemas_.end() ||
      (selection_.schema && !selection_.schema->matches(schema->second.name)) ||
      (selection_.table && !selection_.table->matches(row.name))) {
    return;
  }
  rules::Grants grants = rules::relation_grants(role_, row.ownership, acl);
  grants.privileges = grants.privileges & server::known_relation_privileges();
  grants.grantable = grants.grantable & server::known_relation_privileges();
  candidates_.add(
      row.id, row.name,
      {&schema->second, row.ownership.owner, grants, row.kind, row.ownership.protected_catalog,
       row.row_security, row.force_row_security, row.has_rules});
}

/// What few relations have; of a few each is asked by itself.
void RelationReader::find_what_is_rare() {
  if (role_.superuser() || candidates_.size() > few_relations) {
    relations_.find_refused_calls(role_, traits_);
  }
  if (candidates_.size() > few_relations) {
    relations_.find_policies();
  }
}

/// Only relations of which something is lacking as a whole can have more by column.
void RelationReader::read_column_grants() {
  columns_ = HeldColumns(candidates_.size());
  std::vector<std::uint32_t> lacking;
  for (std::uint32_t candidate = 0; candidate < candidates_.size(); ++candidate) {
    if (!candidates_.profile(candidate).grants.privileges.has_all(by_column)) {
      lacking.push_back(candidate);
    }
  }
  if (lacking.size() <= few_relations) {
    for (const std::uint32_t candidate : lacking) {
      for (const auto& grant : relations_.columns(candidates_.id(candidate), role_.id()).grants) {
        add_column(candidate, grant.number, grant.name, grant.privileges);
      }
    }
  } else {
    read_all_column_grants(numbers_of(lacking));
  }
  columns_.sort();
  judge_every_column();
}

void RelationReader::add_column(std::uint32_t candidate, int number, std::string_view name,
                                PrivilegeSet held) {
  const PrivilegeSet more = held - candidates_.profile(candidate).grants.privileges;
  if (!more.empty()) {
    columns_.add(candidate, number, name, more);
  }
}

void RelationReader::read_all_column_grants(const CandidateNumbers& lacking) {
  server::read_column_acls(
      [&](const server::ColumnRow& column, std::span<const rules::AclItem> acl) {
        if (const std::uint32_t* candidate = lacking.find(column.relation)) {
          add_column(*candidate, column.number, column.name, rules::column_grants(role_, acl));
        }
      });
}

/// Whether columns are all columns is asked where something is held by column: of each relation by
/// itself, or in one go if there are many.
void RelationReader::judge_every_column() {
  std::vector<std::uint32_t> columned;
  for (std::uint32_t candidate = 0; candidate < candidates_.size(); ++candidate) {
    if (columns_.has_some(candidate)) {
      columned.push_back(candidate);
    }
  }
  if (columned.size() > few_relations && columned.size() > candidates_.size() / look_ups_per_scan) {
    judge_every_column_at_once(columned);
  } else if (!columned.empty()) {
    judge_every_column_one_by_one(columned);
  }
}

void RelationReader::judge_every_column_one_by_one(const std::vector<std::uint32_t>& columned) {
  server::LiveColumns live_columns;
  for (const std::uint32_t candidate : columned) {
    rules::ColumnTally tally;
    live_columns.read(candidates_.id(candidate), [&](const server::ColumnRow& column) {
      tally.add(columns_.on_column(candidate, column.number), column.generated);
      return !tally.is_decided();
    });
    columns_.add_on_every(candidate, tally.held_on_every());
  }
  live_columns.close();
}

void RelationReader::judge_every_column_at_once(const std::vector<std::uint32_t>& columned) {
  const CandidateNumbers numbers = numbers_of(columned);
  std::vector<rules::ColumnTally> tallies(candidates_.size());
  server::read_all_live_columns([&](const server::ColumnRow& column) {
    if (const std::uint32_t* candidate = numbers.find(column.relation)) {
      tallies[*candidate].add(columns_.on_column(*candidate, column.number), column.generated);
    }
  });
  for (const std::uint32_t candidate : columned) {
    columns_.add_on_every(candidate, tallies[candidate].held_on_every());
  }
}

RelationReader::CandidateNumbers RelationReader::numbers_of(
    const std::vector<std::uint32_t>& candidates) const {
  CandidateNumbers numbers(candidates.size());
  for (const std::uint32_t candidate : candidates) {
    numbers.insert(candidates_.id(candidate), candidate);
  }
  return numbers;
}

}  // namespace conncheck::functions
