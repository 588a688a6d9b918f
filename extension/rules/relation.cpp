#include "extension/rules/relation.hpp"

namespace conncheck::rules {
namespace {

std::optional<bool> to_verdict(Answer answer) {
  if (answer == Answer::unknown) {
    return std::nullopt;
  }
  return answer == Answer::yes;
}

bool meets_not_updatable(const RelationAccess& access, PrivilegeSet held) {
  for (const Write write : all_writes) {
    if (held.has(privilege_for(write)) && access.takes[write] == Answer::no) {
      return true;
    }
  }
  return false;
}

/// Does something that is held and taken fail at what it does beneath?
bool fails_beneath(const RelationAccess& access, PrivilegeSet held, bool reading,
                   const WriteAnswers& writing) {
  if (held.has(Privilege::select) && !reading) {
    return true;
  }
  for (const Write write : all_writes) {
    if (held.has(privilege_for(write)) && access.takes[write] != Answer::no &&
        writing[write] == Answer::no) {
      return true;
    }
  }
  return false;
}

}  // namespace

Verdict judge(const RelationAccess& access) {
  const PrivilegeSet held = access.privileges | access.on_some_column;
  const PrivilegeSet usable = access.privileges | access.on_every_column;
  const Answer reachable = answer(access.schema_usage && !access.lacks_user_mapping);

  const Answer read = reachable & answer(usable.has(Privilege::select)) &
                      answer(access.readable_beneath && access.may_execute_reading);
  Answer write = answer(access.schema_usage);
  for (const Write each : all_writes) {
    if (!access.vanishes[static_cast<std::size_t>(each)]) {
      write = write & reachable & answer(usable.has(privilege_for(each))) & access.takes[each] &
              access.writable_beneath[each] & access.may_execute_writing[each];
    }
  }
  const Answer truncate = reachable & answer(access.privileges.has(Privilege::truncate)) &
                          answer(access.takes_truncate);

  Verdict verdict{to_verdict(read), to_verdict(write), to_verdict(truncate), {}};
  if (!held.empty() && !access.schema_usage) {
    verdict.blocked_by.push_back(Obstacle::schema_usage);
  }
  if (meets_not_updatable(access, held)) {
    verdict.blocked_by.push_back(Obstacle::not_updatable);
  }
  if (fails_beneath(access, held, access.readable_beneath, access.writable_beneath)) {
    verdict.blocked_by.push_back(Obstacle::underlying_relation);
  }
  if (fails_beneath(access, held, access.may_execute_reading, access.may_execute_writing)) {
    verdict.blocked_by.push_back(Obstacle::function_execute);
  }
  if (!held.empty() && access.lacks_user_mapping) {
    verdict.blocked_by.push_back(Obstacle::user_mapping);
  }
  if (!verdict.can_read || !verdict.can_write || !verdict.can_truncate) {
    verdict.blocked_by.push_back(Obstacle::locked);
  }
  return verdict;
}

bool takes_truncate(RelationKind kind, bool system_catalog, bool wrapper_truncates) {
  switch (kind) {
    case RelationKind::table:
    case RelationKind::partitioned_table:
      return !system_catalog;
    case RelationKind::foreign_table:
      return wrapper_truncates;
    case RelationKind::view:
    case RelationKind::materialized_view:
      break;
  }
  return false;
}

}  // namespace conncheck::rules
