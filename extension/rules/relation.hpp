// The verdict on one relation: can a role read, write, truncate it, and if not, what blocks.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "extension/rules/privilege.hpp"

namespace conncheck::rules {

using RelationId = std::uint32_t;

enum class RelationKind { table, partitioned_table, view, materialized_view, foreign_table };

constexpr std::string_view to_string(RelationKind kind) {
  constexpr std::array<std::string_view, 5> names = {
      "table", "partitioned table", "view", "materialized view", "foreign table",
  };
  return names[static_cast<std::size_t>(kind)];
}

/// `unknown`: a lock that somebody else holds was in the way.
enum class Answer { no, yes, unknown };

constexpr Answer answer(bool value) { return value ? Answer::yes : Answer::no; }
/// A `no` decides, whatever else is unknown.
constexpr Answer operator&(Answer a, Answer b) {
  if (a == Answer::no || b == Answer::no) {
    return Answer::no;
  }
  return a == Answer::yes ? b : a;
}

/// The three statements that write rows.
enum class Write : std::uint8_t { insert, update, delete_ };
inline constexpr std::array all_writes = {Write::insert, Write::update, Write::delete_};

constexpr Privilege privilege_for(Write write) {
  constexpr std::array privileges = {Privilege::insert, Privilege::update, Privilege::delete_};
  return privileges[static_cast<std::size_t>(write)];
}

/// An answer for each of INSERT, UPDATE and DELETE.
struct WriteAnswers {
  std::array<Answer, all_writes.size()> answers = {Answer::yes, Answer::yes, Answer::yes};

  constexpr Answer& operator[](Write write) { return answers[static_cast<std::size_t>(write)]; }
  constexpr Answer operator[](Write write) const {
    return answers[static_cast<std::size_t>(write)];
  }
};

/// Why a privilege that is held cannot be used, in the order in which it is reported.
enum class Obstacle {
  schema_usage,         ///< no USAGE on the schema
  not_updatable,        ///< INSERT, UPDATE or DELETE held on what does not take it
  underlying_relation,  ///< lacking on what the relation reads or writes
  function_execute,     ///< no EXECUTE on a function that this calls
  user_mapping,         ///< the foreign server demands one, and the role has none
  locked,               ///< could not be worked out without waiting
};

constexpr std::string_view to_string(Obstacle obstacle) {
  constexpr std::array<std::string_view, 6> names = {
      "schema usage",     "not updatable", "underlying relation",
      "function execute", "user mapping",  "locked",
  };
  return names[static_cast<std::size_t>(obstacle)];
}

/// Everything that the verdict follows from.
struct RelationAccess {
  bool schema_usage = false;
  PrivilegeSet privileges;           ///< on the whole relation
  PrivilegeSet on_some_column;       ///< by at least one column's ACL
  PrivilegeSet on_every_column;      ///< by the ACL of every column that counts
  WriteAnswers takes;                ///< what the relation takes at all
  bool takes_truncate = false;       ///< see takes_truncate()
  bool readable_beneath = true;      ///< what a read of it reads in turn may be read
  WriteAnswers writable_beneath;     ///< so may be done what each write does in turn
  bool may_execute_reading = true;   ///< every function that a read of it calls
  WriteAnswers may_execute_writing;  ///< every function that each write calls
  bool lacks_user_mapping = false;
  /// Writes that rules make nothing of: they pass, and no privilege is asked for.
  std::array<bool, all_writes.size()> vanishes = {};
};

/// An empty can_* could not be worked out; `blocked_by` says `locked` then.
struct Verdict {
  std::optional<bool> can_read;
  std::optional<bool> can_write;
  std::optional<bool> can_truncate;
  std::vector<Obstacle> blocked_by;
};

[[nodiscard]] Verdict judge(const RelationAccess& access);

/// Only tables that are no system catalogs take TRUNCATE; of a foreign table its wrapper decides.
[[nodiscard]] bool takes_truncate(RelationKind kind, bool system_catalog, bool wrapper_truncates);

}  // namespace conncheck::rules
