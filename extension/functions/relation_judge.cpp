#include "extension/functions/relation_judge.hpp"

#include "extension/server/version.hpp"

namespace conncheck::functions {
namespace {

/// What has been read and judged beneath relations is remembered for the next, but not all of it:
/// a relation with policies takes a kilobyte or two.
constexpr std::size_t most_remembered = 1000;

bool is_plain_table(const RelationProfile& relation) {
  return relation.kind == rules::RelationKind::table ||
         relation.kind == rules::RelationKind::partitioned_table;
}

}  // namespace

rules::RowSecurity row_security_of(rules::Role& role, const RelationProfile& relation) {
  return rules::row_security(role, relation.owner, relation.row_security,
                             relation.force_row_security);
}

/// Asks only what the verdict needs: views are parsed, and foreign tables locked, for this alone.
void RelationJudge::look_beneath(std::uint32_t candidate, rules::RelationAccess& access) {
  const RelationProfile& relation = candidates_.profile(candidate);
  const rules::RelationId id = candidates_.id(candidate);
  const PrivilegeSet held = access.privileges | access.on_some_column;
  const bool is_view = relation.kind == rules::RelationKind::view;
  const bool has_policies = may_have_demanding_policies(candidate);
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
    access.lacks_user_mapping = relations_.lacks_user_mapping(id, role_.id());
  } else if (held.has_any(of_descendants)) {
    access.lacks_user_mapping = relations_.lacks_user_mapping_beneath(id, role_.id());
  }
}

void RelationJudge::look_beneath_write(std::uint32_t candidate, rules::Write write,
                                       PrivilegeSet held, rules::RelationAccess& access) {
  const rules::RelationId id = candidates_.id(candidate);
  const bool is_held = held.has(rules::privilege_for(write));
  const bool vanishes = candidates_.profile(candidate).has_rules && access.schema_usage &&
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

rules::RelationAccess RelationJudge::access_to(std::uint32_t candidate,
                                               const std::vector<rules::ColumnGrant>& columns) {
  const RelationProfile& relation = candidates_.profile(candidate);
  const rules::RelationId id = candidates_.id(candidate);
  rules::RelationAccess access;
  access.schema_usage = relation.schema->grants.can_use;
  access.privileges = relation.grants.privileges;
  access.on_some_column = rules::held_on_some_column(columns);
  access.on_every_column = columns_.on_every(candidate);
  access.takes_truncate =
      rules::takes_truncate(relation.kind, relation.protected_catalog,
                            relation.kind == rules::RelationKind::foreign_table &&
                                access.privileges.has(Privilege::truncate) &&
                                relations_.foreign_table(id).takes_truncate) &&
      (!access.privileges.has(Privilege::truncate) || relations_.take_truncate_beneath(id));
  look_beneath(candidate, access);
  return access;
}

rules::Verdict RelationJudge::judge(std::uint32_t candidate) {
  if (relations_.remembered() > most_remembered) {
    forget();
  }
  return rules::judge(access_to(candidate, columns_.of(candidate)));
}

bool RelationJudge::is_judged_by_profile(std::uint32_t candidate) const {
  const RelationProfile& relation = candidates_.profile(candidate);
  return !relation.has_rules && relation.kind != rules::RelationKind::view &&
         relation.kind != rules::RelationKind::foreign_table &&
         !(row_security_of(role_, relation) == rules::RowSecurity::applies &&
           may_have_demanding_policies(candidate)) &&
         !columns_.has_some(candidate) && !may_refuse_calls(candidate) &&
         relations_.foreign_tables_beneath(candidates_.id(candidate)).empty() &&
         !reading_may_refuse_calls(candidate);
}

/// By virtual columns. What is held by column makes it a candidate of its own anyway.
bool RelationJudge::reading_may_refuse_calls(std::uint32_t candidate) const {
  return server::has_virtual_columns &&
         (candidates_.profile(candidate).grants.privileges.has(Privilege::select) ||
          columns_.has_some(candidate)) &&
         relations_.may_refuse_calls(candidates_.id(candidate));
}

bool RelationJudge::may_refuse_calls(std::uint32_t candidate) const {
  constexpr PrivilegeSet writes = {Privilege::insert, Privilege::update, Privilege::delete_};
  return (candidates_.profile(candidate).grants.privileges.has_any(writes) ||
          columns_.has_some(candidate)) &&
         relations_.may_refuse_calls(candidates_.id(candidate));
}

bool RelationJudge::may_have_demanding_policies(std::uint32_t candidate) const {
  return candidates_.profile(candidate).row_security &&
         relations_.may_have_demanding_policies(candidates_.id(candidate));
}

void RelationJudge::forget() {
  relations_.forget_relations();
  rewriting_.emplace(relations_, role_.id());
}

}  // namespace conncheck::functions
