// Proof: the catalogs' verdicts held against the server's own permission check. EXPLAIN runs that
// check and executes nothing; here is which statements it is asked about and how its answers read.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/report.hpp"

namespace conncheck {

/// What EXPLAIN can try; a relation's four answers stand in this order.
inline constexpr std::array proved_privileges = {Privilege::select, Privilege::insert,
                                                 Privilege::update, Privilege::delete_};

/// A column that can be written: generated ones are not among them.
struct ProofColumn {
  std::string name;
  std::string quoted;
  bool always_identity = false;  ///< GENERATED ALWAYS AS IDENTITY: an UPDATE may set only DEFAULT
};

/// A relation as its statements need it. Quoted names are SQL identifiers already.
struct ProofSubject {
  std::size_t relation = 0;  ///< its place among the relations of the login's observation
  std::string quoted_schema;
  std::string quoted_table;
  std::vector<ProofColumn> columns;
  bool is_view = false;
  bool has_rules = false;         ///< of a table: they may be denied where the table is not
  bool sequence_default = false;  ///< a default takes its value from a sequence
  bool foreign_key = false;       ///< has one, or is referenced by one
};

/// One statement, and what its answer tells about.
struct ProofStatement {
  Privilege privilege{};
  std::optional<std::size_t> column;  ///< this one alone; nothing: all of them, or none
  bool without_columns = false;       ///< INSERT … DEFAULT VALUES of a relation that has columns
  std::string sql;
};

enum class ProofOutcome {
  not_tried,
  allowed,
  denied,         ///< 42501, and nothing else
  not_writable,   ///< the relation's kind or definition takes no such statement, whoever asks
  other_failure,  ///< a lock, a function's own error, …: nothing is known of the permission
  not_checked,  ///< rules make nothing of the statement: it passes, and no permission is asked for
  gone,         ///< dropped since it was listed
};

struct ProofAnswer {
  ProofOutcome outcome = ProofOutcome::not_tried;
  std::string sqlstate;
  std::string message;
  bool foreign_scan = false;  ///< the plan reads a foreign table, where a user mapping matters
};

/// The answer that an error stands for.
[[nodiscard]] ProofAnswer failed_answer(std::string_view sqlstate, std::string message);

/// Adds a line of EXPLAIN's text to the answer of a statement that passes.
void read_plan_line(std::string_view line, ProofAnswer& answer);

/// SELECT, INSERT, UPDATE and DELETE, all columns at once. No UPDATE of what has no columns.
[[nodiscard]] std::vector<ProofStatement> proof_statements(const ProofSubject& subject);

/// What the server said of one relation.
class RelationProof {
 public:
  explicit RelationProof(ProofSubject subject);

  [[nodiscard]] const ProofSubject& subject() const { return subject_; }

  void hear(const ProofStatement& statement, ProofAnswer answer);

  /// A view may show columns that cannot be written, or one twice: where a statement over all
  /// columns failed for that, the statements over one each.
  [[nodiscard]] std::vector<ProofStatement> further_statements() const;

  /// The answer for all columns that the relation takes; `not_tried` if it takes none.
  [[nodiscard]] ProofAnswer answer(Privilege privilege) const;

  /// The columns which that answer speaks of.
  [[nodiscard]] std::vector<std::string> answered_columns(Privilege privilege) const;

  [[nodiscard]] bool gone() const;

  /// Puts every error's text through `edit`.
  void edit_messages(const std::function<std::string(std::string)>& edit);

 private:
  struct Answers {
    ProofAnswer whole;
    std::vector<ProofAnswer> by_column;  ///< empty unless they were asked for
    ProofAnswer without_columns;
  };
  [[nodiscard]] Answers& answers(Privilege privilege);
  [[nodiscard]] const Answers& answers(Privilege privilege) const;

  ProofSubject subject_;
  std::array<Answers, proved_privileges.size()> answers_;
};

/// Planning runs IMMUTABLE functions with the caller's rights. A role that makes them dangerous.
struct PowerfulRole {
  std::string member;  ///< the current or the session user
  std::string role;    ///< itself, or a role that it is a member of
  bool is_superuser = false;
};

/// What --prove brought back.
struct Proof {
  std::optional<PowerfulRole> refused_for;  ///< nothing was tried then
  std::vector<RelationProof> relations;
  std::size_t out_of_time = 0;  ///< relations that were not reached
  std::size_t unquotable = 0;   ///< relations with names that libpq cannot quote
};

}  // namespace conncheck
