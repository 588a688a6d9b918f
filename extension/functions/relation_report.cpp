#include "extension/functions/relation_report.hpp"

#include <algorithm>

#include "extension/server/columns.hpp"
#include "extension/server/memory.hpp"
#include "extension/server/relation_source.hpp"
#include "extension/server/relations.hpp"
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

/// What has been read and judged beneath relations is remembered for the next, but not all of it:
/// a relation with policies takes a kilobyte or two.
constexpr std::size_t most_remembered = 1000;

bool is_plain_table(const RelationProfile& relation) {
  return relation.kind == rules::RelationKind::table ||
         relation.kind == rules::RelationKind::partitioned_table;
}

}  // namespace

/// Reads the relations, and what is held by column on them.
class RelationReport::Reader {
 public:
  Reader(RelationReport& report, server::CatalogRelations& relations,
         const server::Schemas& schemas, const ReportSelection& selection)
      : role_(report.role_),
        candidates_(report.candidates_),
        columns_(report.columns_),
        relations_(relations),
        schemas_(schemas),
        selection_(selection) {}

  void read_candidates();
  /// What few relations have; of a few each is asked by itself.
  void find_what_is_rare();
  void read_column_grants();

 private:
  using CandidateNumbers = rules::IdTable<std::uint32_t>;  ///< by their ids

  std::optional<server::RelationSelection> look_up() const;
  void add_candidate(const server::RelationRow& row, const rules::Acl& acl);
  void add_column(std::uint32_t candidate, int number, std::string_view name, PrivilegeSet held);
  void read_all_column_grants(const CandidateNumbers& lacking);
  void judge_every_column();
  void judge_every_column_one_by_one(const std::vector<std::uint32_t>& columned);
  void judge_every_column_at_once(const std::vector<std::uint32_t>& columned);
  CandidateNumbers numbers_of(const std::vector<std::uint32_t>& candidates) const;

  rules::Role& role_;
  RelationCandidates& candidates_;
  HeldColumns& columns_;
  server::CatalogRelations& relations_;
  const server::Schemas& schemas_;
  const ReportSelection& selection_;
  server::RelationTraits traits_ = {false, false};  ///< of all that have been read
};

/// What to read of pg_class; nullopt: nothing can match.
std::optional<server::RelationSelection> RelationReport::Reader::look_up() const {
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

void RelationReport::Reader::read_candidates() {
  const std::optional<server::RelationSelection> wanted = look_up();
  if (wanted) {
    server::read_relations(*wanted, [this](const server::RelationRow& row, const rules::Acl& acl) {
      add_candidate(row, acl);
    });
  }
}

void RelationReport::Reader::add_candidate(const server::RelationRow& row, const rules::Acl& acl) {
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

void RelationReport::Reader::find_what_is_rare() {
  if (role_.superuser() || candidates_.size() > few_relations) {
    relations_.find_refused_calls(role_, traits_);
  }
  if (candidates_.size() > few_relations) {
    relations_.find_policies();
  }
}

/// Only relations of which something is lacking as a whole can have more by column.
void RelationReport::Reader::read_column_grants() {
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

void RelationReport::Reader::add_column(std::uint32_t candidate, int number, std::string_view name,
                                        PrivilegeSet held) {
  const PrivilegeSet more = held - candidates_.profile(candidate).grants.privileges;
  if (!more.empty()) {
    columns_.add(candidate, number, name, more);
  }
}

void RelationReport::Reader::read_all_column_grants(const CandidateNumbers& lacking) {
  server::read_column_acls(
      [&](const server::ColumnRow& column, std::span<const rules::AclItem> acl) {
        if (const std::uint32_t* candidate = lacking.find(column.relation)) {
          add_column(*candidate, column.number, column.name, rules::column_grants(role_, acl));
        }
      });
}

/// Whether columns are all columns is asked where something is held by column: of each relation by
/// itself, or in one go if there are many.
void RelationReport::Reader::judge_every_column() {
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

void RelationReport::Reader::judge_every_column_one_by_one(
    const std::vector<std::uint32_t>& columned) {
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

void RelationReport::Reader::judge_every_column_at_once(
    const std::vector<std::uint32_t>& columned) {
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

RelationReport::Reader::CandidateNumbers RelationReport::Reader::numbers_of(
    const std::vector<std::uint32_t>& candidates) const {
  CandidateNumbers numbers(candidates.size());
  for (const std::uint32_t candidate : candidates) {
    numbers.insert(candidates_.id(candidate), candidate);
  }
  return numbers;
}

/// Decides relation by relation, and remembers what lies beneath them.
class RelationReport::Judge {
 public:
  Judge(const RelationReport& report, server::CatalogRelations& relations)
      : report_(report), relations_(relations) {
    forget();
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
  [[nodiscard]] bool may_have_policies(std::uint32_t candidate) const;
  void forget();
  [[nodiscard]] bool reading_may_refuse_calls(std::uint32_t candidate) const;

  const RelationReport& report_;
  server::CatalogRelations& relations_;
  std::optional<rules::Rewriting> rewriting_;
};

/// Asks only what the verdict needs: views are parsed, and foreign tables locked, for this alone.
void RelationReport::Judge::look_beneath(std::uint32_t candidate, rules::RelationAccess& access) {
  const RelationProfile& relation = report_.candidates_.profile(candidate);
  const rules::RelationId id = report_.candidates_.id(candidate);
  const PrivilegeSet held = access.privileges | access.on_some_column;
  const bool is_view = relation.kind == rules::RelationKind::view;
  const bool has_policies = may_have_policies(candidate);
  if ((is_view || has_policies || reading_may_refuse_calls(candidate)) &&
      held.has(Privilege::select)) {
    access.readable_beneath = rewriting_->readable_beneath(id);
    access.may_execute_reading = rewriting_->may_execute_reading(id);
  }
  if (!is_plain_table(relation) || relation.has_rules || has_policies ||
      may_refuse_calls(candidate)) {
    for (const rules::Write write : rules::all_writes) {
      look_beneath_write(candidate, write, held, access);
    }
  }
  constexpr PrivilegeSet of_descendants = {Privilege::select, Privilege::update, Privilege::delete_,
                                           Privilege::truncate};
  if (relation.kind == rules::RelationKind::foreign_table && !held.empty()) {
    access.lacks_user_mapping = relations_.lacks_user_mapping(id, report_.role_.id());
  } else if (held.has_any(of_descendants)) {
    access.lacks_user_mapping = relations_.lacks_user_mapping_beneath(id, report_.role_.id());
  }
}

void RelationReport::Judge::look_beneath_write(std::uint32_t candidate, rules::Write write,
                                               PrivilegeSet held, rules::RelationAccess& access) {
  const rules::RelationId id = report_.candidates_.id(candidate);
  const bool is_held = held.has(rules::privilege_for(write));
  const bool vanishes = report_.candidates_.profile(candidate).has_rules && access.schema_usage &&
                        (is_held || relations_.some_rules_are_instead()) &&
                        rewriting_->vanishes(id, write);
  if (!is_held && !vanishes) {
    return;
  }
  access.takes[write] = rewriting_->takes(id, write);
  if (access.takes[write] == rules::Answer::no) {
    return;
  }
  access.vanishes[static_cast<std::size_t>(write)] = vanishes;
  if (!vanishes) {
    access.writable_beneath[write] = rewriting_->writable_beneath(id, write);
    access.may_execute_writing[write] = rules::answer(rewriting_->may_execute_writing(id, write));
  }
}

rules::RelationAccess RelationReport::Judge::access_to(
    std::uint32_t candidate, const std::vector<rules::ColumnGrant>& columns) {
  const RelationProfile& relation = report_.candidates_.profile(candidate);
  const rules::RelationId id = report_.candidates_.id(candidate);
  rules::RelationAccess access;
  access.schema_usage = relation.schema->grants.can_use;
  access.privileges = relation.grants.privileges;
  access.on_some_column = rules::held_on_some_column(columns);
  access.on_every_column = report_.columns_.on_every(candidate);
  access.takes_truncate =
      rules::takes_truncate(relation.kind, relation.protected_catalog,
                            relation.kind == rules::RelationKind::foreign_table &&
                                access.privileges.has(Privilege::truncate) &&
                                relations_.foreign_table(id).takes_truncate) &&
      (!access.privileges.has(Privilege::truncate) || relations_.take_truncate_beneath(id));
  look_beneath(candidate, access);
  return access;
}

rules::Verdict RelationReport::Judge::judge(std::uint32_t candidate) {
  if (relations_.remembered() > most_remembered) {
    forget();
  }
  return rules::judge(access_to(candidate, report_.columns_.of(candidate)));
}

bool RelationReport::Judge::is_judged_by_profile(std::uint32_t candidate) const {
  const RelationProfile& relation = report_.candidates_.profile(candidate);
  return !relation.has_rules && relation.kind != rules::RelationKind::view &&
         relation.kind != rules::RelationKind::foreign_table &&
         !(report_.row_security_of(relation) == rules::RowSecurity::applies &&
           may_have_policies(candidate)) &&
         !report_.columns_.has_some(candidate) && !may_refuse_calls(candidate) &&
         relations_.foreign_tables_beneath(report_.candidates_.id(candidate)).empty() &&
         !reading_may_refuse_calls(candidate);
}

/// By virtual columns. What is held by column makes it a candidate of its own anyway.
bool RelationReport::Judge::reading_may_refuse_calls(std::uint32_t candidate) const {
  return server::has_virtual_columns &&
         (report_.candidates_.profile(candidate).grants.privileges.has(Privilege::select) ||
          report_.columns_.has_some(candidate)) &&
         relations_.may_refuse_calls(report_.candidates_.id(candidate));
}

bool RelationReport::Judge::may_refuse_calls(std::uint32_t candidate) const {
  constexpr PrivilegeSet writes = {Privilege::insert, Privilege::update, Privilege::delete_};
  return (report_.candidates_.profile(candidate).grants.privileges.has_any(writes) ||
          report_.columns_.has_some(candidate)) &&
         relations_.may_refuse_calls(report_.candidates_.id(candidate));
}

bool RelationReport::Judge::may_have_policies(std::uint32_t candidate) const {
  return report_.candidates_.profile(candidate).row_security &&
         relations_.may_have_policies(report_.candidates_.id(candidate));
}

void RelationReport::Judge::forget() {
  relations_.forget_relations();
  rewriting_.emplace(relations_, report_.role_.id());
}

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

rules::RowSecurity RelationReport::row_security_of(const RelationProfile& relation) const {
  return rules::row_security(role_, relation.owner, relation.row_security,
                             relation.force_row_security);
}

RelationReport::RelationReport(server::Roles& roles, rules::Role& role,
                               const server::Schemas& schemas, const ReportSelection& selection)
    : role_(role) {
  server::CatalogRelations relations(roles);
  Reader reader(*this, relations, schemas, selection);
  reader.read_candidates();
  reader.find_what_is_rare();
  reader.read_column_grants();
  std::vector<std::uint32_t> visible;
  visible.reserve(candidates_.size());
  for (std::uint32_t candidate = 0; candidate < candidates_.size(); ++candidate) {
    if (selection.include_invisible || columns_.has_some(candidate) ||
        !candidates_.profile(candidate).grants.privileges.empty()) {
      visible.push_back(candidate);
    }
  }
  candidates_.sort(visible);

  Judge judge(*this, relations);
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
          row_security_of(profile),
          verdicts_.at(verdict),
          columns_.of(candidate),
          as_profile};
}

}  // namespace conncheck::functions
