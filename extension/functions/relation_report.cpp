#include "extension/functions/relation_report.hpp"

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "extension/server/columns.hpp"
#include "extension/server/relation_source.hpp"
#include "extension/server/relations.hpp"
#include "extension/server/version.hpp"

namespace conncheck::functions {
namespace {

constexpr PrivilegeSet by_column = {Privilege::select, Privilege::insert, Privilege::update,
                                    Privilege::references};

/// Up to so many relations, their columns are looked up one by one instead of all at once.
constexpr std::size_t few_relations = 64;

struct Candidate {
  server::RelationRow row;
  const server::Schema* schema;
  rules::Grants grants;
};

/// One run over the catalogs for one role.
class Reporter {
 public:
  Reporter(server::Roles& roles, rules::Role& role, const server::Schemas& schemas,
           const ReportSelection& selection)
      : role_(role),
        schemas_(schemas),
        selection_(selection),
        relations_(roles),
        rewriting_(relations_, role.id()) {}

  std::vector<ReportedRelation> run();

 private:
  std::optional<server::RelationSelection> look_up() const;
  void read_candidates();
  void read_column_grants();
  void read_all_column_grants();
  const std::vector<rules::ColumnGrant>& grants_by_column(const Candidate& candidate) const;
  std::optional<ReportedRelation> report(const Candidate& candidate);
  rules::RelationAccess access_to(const Candidate& candidate,
                                  const std::vector<rules::ColumnGrant>& columns);
  void look_beneath(const Candidate& candidate, rules::RelationAccess& access);

  rules::Role& role_;
  const server::Schemas& schemas_;
  const ReportSelection& selection_;
  server::CatalogRelations relations_;
  rules::Rewriting rewriting_;
  std::vector<Candidate> candidates_;
  std::unordered_map<rules::RelationId, std::vector<rules::ColumnGrant>> column_grants_;
};

/// What to read of pg_class; nullopt: nothing can match.
std::optional<server::RelationSelection> Reporter::look_up() const {
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

void Reporter::read_candidates() {
  const std::optional<server::RelationSelection> wanted = look_up();
  if (!wanted) {
    return;
  }
  server::read_relations(*wanted, [this](server::RelationRow row, const rules::Acl& acl) {
    const auto schema = schemas_.find(row.schema);
    if (schema == schemas_.end() ||
        (selection_.schema && !selection_.schema->matches(schema->second.name)) ||
        (selection_.table && !selection_.table->matches(row.name))) {
      return;
    }
    rules::Grants grants = rules::relation_grants(role_, row.ownership, acl);
    grants.privileges = grants.privileges & server::known_relation_privileges();
    grants.grantable = grants.grantable & server::known_relation_privileges();
    candidates_.push_back({std::move(row), &schema->second, grants});
  });
}

/// Only relations of which something is lacking as a whole can have more by column.
void Reporter::read_column_grants() {
  std::vector<rules::RelationId> lacking;
  for (const Candidate& candidate : candidates_) {
    if (!candidate.grants.privileges.has_all(by_column)) {
      lacking.push_back(candidate.row.id);
    }
  }
  if (lacking.size() > few_relations) {
    read_all_column_grants();
    return;
  }
  for (const rules::RelationId relation : lacking) {
    column_grants_[relation] = relations_.columns(relation, role_.id()).grants;
  }
}

void Reporter::read_all_column_grants() {
  server::read_column_acls([this](rules::RelationId relation, int number, const char* name,
                                  std::span<const rules::AclItem> acl) {
    const PrivilegeSet held = rules::column_grants(role_, acl);
    if (!held.empty()) {
      column_grants_[relation].push_back({number, name, held});
    }
  });
  for (auto& [relation, grants] : column_grants_) {
    std::sort(grants.begin(), grants.end(),
              [](const auto& a, const auto& b) { return a.number < b.number; });
  }
}

const std::vector<rules::ColumnGrant>& Reporter::grants_by_column(
    const Candidate& candidate) const {
  static const std::vector<rules::ColumnGrant> none;
  const auto found = column_grants_.find(candidate.row.id);
  return found == column_grants_.end() ? none : found->second;
}

/// Asks only what the verdict needs: views are parsed, and foreign tables locked, for this alone.
void Reporter::look_beneath(const Candidate& candidate, rules::RelationAccess& access) {
  const rules::RelationId id = candidate.row.id;
  const PrivilegeSet held = access.privileges | access.on_some_column;
  const bool is_view = candidate.row.kind == rules::RelationKind::view;
  const bool is_plain_table = candidate.row.kind == rules::RelationKind::table ||
                              candidate.row.kind == rules::RelationKind::partitioned_table;
  if ((is_view || candidate.row.row_security) && held.has(Privilege::select)) {
    access.readable_beneath = rewriting_.readable_beneath(id);
    access.may_execute_reading = rewriting_.may_execute_reading(id);
  }
  for (const rules::Write write : rules::all_writes) {
    if (!held.has(rules::privilege_for(write)) ||
        (is_plain_table && !candidate.row.has_rules && !candidate.row.row_security)) {
      continue;
    }
    access.takes[write] = rewriting_.takes(id, write);
    if (access.takes[write] != rules::Answer::no) {
      access.writable_beneath[write] = rewriting_.writable_beneath(id, write);
      access.may_execute_writing[write] = rules::answer(rewriting_.may_execute_writing(id, write));
    }
  }
  if (candidate.row.kind == rules::RelationKind::foreign_table && !held.empty()) {
    access.lacks_user_mapping = relations_.lacks_user_mapping(id, role_.id());
  }
}

rules::RelationAccess Reporter::access_to(const Candidate& candidate,
                                          const std::vector<rules::ColumnGrant>& columns) {
  rules::RelationAccess access;
  access.schema_usage = candidate.schema->grants.can_use;
  access.privileges = candidate.grants.privileges;
  access.on_some_column = rules::held_on_some_column(columns);
  if (!access.on_some_column.empty()) {
    access.on_every_column = rules::held_on_every_column(
        {columns, relations_.columns(candidate.row.id, role_.id()).live});
  }
  access.takes_truncate =
      rules::takes_truncate(candidate.row.kind, candidate.row.ownership.protected_catalog,
                            candidate.row.kind == rules::RelationKind::foreign_table &&
                                access.privileges.has(Privilege::truncate) &&
                                relations_.foreign_table(candidate.row.id).takes_truncate);
  look_beneath(candidate, access);
  return access;
}

std::optional<ReportedRelation> Reporter::report(const Candidate& candidate) {
  std::vector<rules::ColumnGrant> columns;
  for (rules::ColumnGrant grant : grants_by_column(candidate)) {
    grant.privileges = grant.privileges - candidate.grants.privileges;
    if (!grant.privileges.empty()) {
      columns.push_back(std::move(grant));
    }
  }
  if (candidate.grants.privileges.empty() && columns.empty() && !selection_.include_invisible) {
    return std::nullopt;
  }
  const server::RelationRow& row = candidate.row;
  ReportedRelation reported;
  reported.id = row.id;
  reported.schema = candidate.schema;
  reported.name = row.name;
  reported.kind = row.kind;
  reported.owner = row.ownership.owner;
  reported.grants = candidate.grants;
  reported.row_security =
      rules::row_security(role_, row.ownership.owner, row.row_security, row.force_row_security);
  reported.verdict = rules::judge(access_to(candidate, columns));
  reported.column_grants = std::move(columns);
  return reported;
}

std::vector<ReportedRelation> Reporter::run() {
  read_candidates();
  read_column_grants();
  std::vector<ReportedRelation> reported;
  for (const Candidate& candidate : candidates_) {
    server::check_for_interrupts();
    if (std::optional<ReportedRelation> row = report(candidate)) {
      reported.push_back(std::move(*row));
    }
  }
  std::sort(reported.begin(), reported.end(), [](const auto& a, const auto& b) {
    return std::tie(a.schema->name, a.name) < std::tie(b.schema->name, b.name);
  });
  return reported;
}

}  // namespace

std::vector<ReportedRelation> report_relations(server::Roles& roles, rules::Role& role,
                                               const server::Schemas& schemas,
                                               const ReportSelection& selection) {
  return Reporter(roles, role, schemas, selection).run();
}

}  // namespace conncheck::functions
