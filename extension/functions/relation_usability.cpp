#include "extension/functions/relation_usability.hpp"

#include <array>

#include "extension/server/version.hpp"

namespace conncheck::functions {
namespace {

using rules::Answer;

bool is_plain_table(const server::CatalogObject& relation) {
  return relation.relation_kind == RELKIND_RELATION ||
         relation.relation_kind == RELKIND_PARTITIONED_TABLE;
}

/// What costs least to judge comes first.
constexpr std::array by_cost = {
    Privilege::references, Privilege::trigger, Privilege::maintain, Privilege::truncate,
    Privilege::select,     Privilege::insert,  Privilege::update,   Privilege::delete_,
};

}  // namespace

Answer RelationUsability::can_write(const server::CatalogObject& relation, rules::Write write) {
  if (is_plain_table(relation) && !relation.has_rules && !relation.has_row_security &&
      !may_refuse_calls(relation.id)) {
    return Answer::yes;
  }
  const Answer takes = rewriting_.takes(relation.id, write);
  return takes == Answer::no
             ? takes
             : takes & rewriting_.writable_beneath(relation.id, write) &
                   rules::answer(rewriting_.may_execute_writing(relation.id, write));
}

bool RelationUsability::may_refuse_calls(rules::RelationId relation) {
  if (!knows_refused_calls_) {
    relations_.find_refused_calls(relations_.role(role_), {});
    knows_refused_calls_ = true;
  }
  return relations_.may_refuse_calls(relation);
}

Answer RelationUsability::can_use(const server::CatalogObject& relation, Privilege privilege) {
  switch (privilege) {
    case Privilege::references:
      return rules::answer(is_plain_table(relation));
    case Privilege::trigger:
      return rules::answer(relation.relation_kind != RELKIND_MATVIEW);
    case Privilege::truncate:
      return rules::answer(is_plain_table(relation)
                               ? !relation.ownership.protected_catalog &&
                                     relations_.take_truncate_beneath(relation.id)
                               : relation.relation_kind == RELKIND_FOREIGN_TABLE &&
                                     relations_.foreign_table(relation.id).takes_truncate);
    case Privilege::select:
      return rules::answer((relation.relation_kind != RELKIND_VIEW && !relation.has_row_security &&
                            !(server::has_virtual_columns && may_refuse_calls(relation.id))) ||
                           (rewriting_.readable_beneath(relation.id) &&
                            rewriting_.may_execute_reading(relation.id)));
    case Privilege::insert:
      return can_write(relation, rules::Write::insert);
    case Privilege::update:
      return can_write(relation, rules::Write::update);
    case Privilege::delete_:
      return can_write(relation, rules::Write::delete_);
    default:
      return Answer::yes;
  }
}

Answer RelationUsability::can_use_one(const server::CatalogObject& relation, PrivilegeSet held) {
  if (relation.relation_kind == RELKIND_FOREIGN_TABLE &&
      relations_.lacks_user_mapping(relation.id, role_)) {
    return Answer::no;
  }
  if (relations_.lacks_user_mapping_beneath(relation.id, role_)) {
    held = held - PrivilegeSet{Privilege::select, Privilege::update, Privilege::delete_,
                               Privilege::truncate};
  }
  Answer best = Answer::no;
  for (const Privilege privilege : by_cost) {
    const Answer answer = held.has(privilege) ? can_use(relation, privilege) : Answer::no;
    if (answer == Answer::yes) {
      return answer;
    }
    best = answer == Answer::unknown ? answer : best;
  }
  return best;
}

}  // namespace conncheck::functions
