#include "agent/core/proof_findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "agent/core/finding_id.hpp"
#include "agent/core/grant_statement.hpp"
#include "agent/core/sql_identifier.hpp"
#include "agent/core/usable_privilege.hpp"

namespace conncheck {
namespace {

constexpr std::array writes = {Privilege::insert, Privilege::update, Privilege::delete_};

/// What the catalogs' row says of one statement; nothing where it does not tell.
using Verdict = std::optional<bool>;

/// Whether the privilege is held for all that the statement names; nothing: by some column alone,
/// where the statement names none.
Verdict is_held(const RelationPermissions& relation, Privilege privilege,
                const std::vector<std::string>& columns) {
  if (relation.privileges.has(privilege)) {
    return true;
  }
  const auto by_column = relation.column_privileges.find(privilege);
  if (by_column == relation.column_privileges.end() || privilege == Privilege::delete_) {
    return false;
  }
  if (columns.empty()) {
    return std::nullopt;
  }
  return std::all_of(columns.begin(), columns.end(), [&](const std::string& column) {
    return std::find(by_column->second.begin(), by_column->second.end(), column) !=
           by_column->second.end();
  });
}

/// can_write speaks of three statements together: what follows from the row for one of them.
Verdict verdict_on_write(const RelationPermissions& relation, const RelationProof& proof,
                         Privilege privilege) {
  if (relation.can_write.value_or(false)) {
    return true;
  }
  const Verdict held = is_held(relation, privilege, proof.answered_columns(privilege));
  if (held == false || relation.kind == "materialized view" ||
      is_blocked_by(relation, schema_usage)) {
    return false;
  }
  const bool takes_writes = relation.kind == "table" || relation.kind == "partitioned table";
  if (held && relation.can_write && takes_writes && !proof.subject().has_rules &&
      relation.blocked_by.empty()) {
    return true;
  }
  return std::nullopt;
}

Verdict verdict_on(const RelationPermissions& relation, const RelationProof& proof,
                   Privilege privilege) {
  return privilege == Privilege::select ? relation.can_read
                                        : verdict_on_write(relation, proof, privilege);
}

bool reads_foreign_table(const RelationProof& proof) {
  return std::any_of(
      proved_privileges.begin(), proved_privileges.end(),
      [&proof](Privilege privilege) { return proof.answer(privilege).foreign_scan; });
}

/// The catalogs say no for want of a user mapping, which EXPLAIN never asks for.
bool lacks_user_mapping(const RelationPermissions& relation, const RelationProof& proof) {
  return is_blocked_by(relation, user_mapping) ||
         (is_blocked_by(relation, underlying_relation) && reads_foreign_table(proof));
}

/// The findings on one relation.
class Comparison {
 public:
  Comparison(std::string_view connection, const std::string& role,
             const RelationPermissions& relation, const RelationProof& proof)
      : connection_(connection), role_(role), relation_(relation), proof_(proof) {}

  std::vector<Finding> findings() {
    for (const Privilege privilege : proved_privileges) {
      compare(privilege);
    }
    if (!passes_unexpectedly_) {
      compare_writing();
    }
    for (const auto& [failure, privileges] : other_failures_) {
      add_other_failure(failure.first, failure.second, privileges);
    }
    return std::move(findings_);
  }

 private:
  void compare(Privilege privilege) {
    const Verdict verdict = verdict_on(relation_, proof_, privilege);
    const ProofAnswer answer = proof_.answer(privilege);
    const bool unexpected_failure =
        answer.outcome == ProofOutcome::other_failure ||
        (answer.outcome == ProofOutcome::not_writable && verdict == true);
    if (verdict == true && answer.outcome == ProofOutcome::denied) {
      add_difference(
          {privilege},
          fmt::format("The catalogs allow {} {} on ", quoted_role(), to_string(privilege)),
          fmt::format(", and the server denies it: {} ({})", answer.message, answer.sqlstate),
          "server denies");
    } else if (verdict == false && answer.outcome == ProofOutcome::allowed &&
               !lacks_user_mapping(relation_, proof_)) {
      passes_unexpectedly_ = passes_unexpectedly_ || privilege != Privilege::select;
      add_difference(
          {privilege},
          fmt::format("The catalogs deny {} {} on ", quoted_role(), to_string(privilege)),
          ", and the server allows it", "server allows");
    } else if (unexpected_failure) {
      other_failures_[{answer.sqlstate, answer.message}].add(privilege);
    }
  }

  void compare_writing() {
    const bool all_pass = std::all_of(writes.begin(), writes.end(), [this](Privilege privilege) {
      const ProofOutcome outcome = proof_.answer(privilege).outcome;
      const bool has_nothing_to_set =
          privilege == Privilege::update && outcome == ProofOutcome::not_tried;
      return outcome == ProofOutcome::allowed || has_nothing_to_set;
    });
    // Functions that are called when a row is written: EXPLAIN writes none.
    const bool verdict_is_no =
        relation_.can_write == false && !is_blocked_by(relation_, function_execute);
    if (all_pass && verdict_is_no && !lacks_user_mapping(relation_, proof_)) {
      add_difference(PrivilegeSet(writes),
                     fmt::format("The catalogs deny {} writing (INSERT, UPDATE and DELETE) on ",
                                 quoted_role()),
                     ", and the server allows all three", "server allows writing");
    }
  }

  void add_difference(PrivilegeSet privileges, std::string lead, std::string tail,
                      std::string_view which) {
    add({.rule = "verdict_differs", .severity = Severity::critical}, privileges, std::move(lead),
        std::move(tail), which);
  }

  void add_other_failure(const std::string& sqlstate, const std::string& message,
                         PrivilegeSet privileges) {
    add({.rule = "refused_for_another_reason", .severity = Severity::warning}, privileges,
        fmt::format("Whether {} may {} could not be proved on ", quoted_role(),
                    list_privileges(privileges)),
        fmt::format(": the server refused for another reason than permissions: {} ({})", message,
                    sqlstate),
        sqlstate);
  }

  struct Kind {
    std::string rule;
    Severity severity;
  };
  void add(Kind kind, PrivilegeSet privileges, std::string lead, std::string tail,
           std::string_view which) {
    Finding finding;
    finding.rule = std::move(kind.rule);
    finding.severity = kind.severity;
    finding.id = finding_id({.connection = connection_,
                             .rule = finding.rule,
                             .role = role_,
                             .schema = relation_.schema_name,
                             .table = relation_.table_name,
                             .privileges = privileges,
                             .pattern = which});
    finding.schema_name = relation_.schema_name;
    finding.table_name = relation_.table_name;
    finding.missing = privileges;
    finding.message = fmt::format(
        "{}{}{}", lead, quote_relation(relation_.schema_name, relation_.table_name), tail);
    finding.message_lead = std::move(lead);
    finding.message_tail = std::move(tail);
    findings_.push_back(std::move(finding));
  }

  [[nodiscard]] std::string quoted_role() const { return quote_grantee(role_); }

  std::string_view connection_;
  const std::string& role_;
  const RelationPermissions& relation_;
  const RelationProof& proof_;
  std::vector<Finding> findings_;
  bool passes_unexpectedly_ = false;
  std::map<std::pair<std::string, std::string>, PrivilegeSet> other_failures_;
};

Finding not_proved(std::string_view connection, std::string_view role, std::string_view why,
                   std::string message) {
  Finding finding;
  finding.rule = "not_proved";
  finding.severity = Severity::warning;
  finding.id = finding_id({.connection = connection,
                           .rule = finding.rule,
                           .role = role,
                           .schema = {},
                           .table = {},
                           .privileges = {},
                           .pattern = why});
  finding.message = std::move(message);
  return finding;
}

std::string power_of(const PowerfulRole& powerful) {
  const std::string member = quote_ident_visibly(powerful.member);
  if (powerful.member == powerful.role) {
    return member + " is a superuser";
  }
  return fmt::format("{} is a member of the {} {}", member,
                     powerful.is_superuser ? "superuser" : "predefined role",
                     quote_ident_visibly(powerful.role));
}

/// A reason why EXPLAIN's answer is not the whole truth, and the relations that it concerns.
struct Gap {
  const char* words;
  bool (*concerns)(const RelationPermissions&, const ProofSubject&);
};

constexpr std::array gaps = {
    Gap{"TRUNCATE",
        [](const RelationPermissions& relation, const ProofSubject&) {
          return relation.privileges.has(Privilege::truncate);
        }},
    Gap{"the rows that row security lets pass",
        [](const RelationPermissions& relation, const ProofSubject&) {
          return relation.row_security == "applies";
        }},
    Gap{"sequences behind defaults",
        [](const RelationPermissions&, const ProofSubject& subject) {
          return subject.sequence_default;
        }},
    Gap{"functions called when a row is written",
        [](const RelationPermissions& relation, const ProofSubject&) {
          return relation.can_write == false && is_blocked_by(relation, function_execute);
        }},
    Gap{"user mappings", [](const RelationPermissions& relation,
                            const ProofSubject&) { return relation.kind == "foreign table"; }},
    Gap{"foreign keys", [](const RelationPermissions&,
                           const ProofSubject& subject) { return subject.foreign_key; }},
    Gap{"the partition that a row goes to",
        [](const RelationPermissions& relation, const ProofSubject&) {
          return relation.kind == "partitioned table";
        }},
};

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string gap_words(const RoleObservation& login, const Proof& proof) {
  std::string list;
  for (const Gap& gap : gaps) {
    const auto count = std::count_if(
        proof.relations.begin(), proof.relations.end(), [&](const RelationProof& relation) {
          return gap.concerns(login.relations[relation.subject().relation], relation.subject());
        });
    if (count > 0) {
      list += fmt::format("{}{} ({})", list.empty() ? "" : ", ", gap.words,
                          counted(static_cast<std::size_t>(count), "relation"));
    }
  }
  return list;
}

}  // namespace

std::vector<Finding> proof_findings(std::string_view connection, const RoleObservation& login,
                                    const Proof& proof) {
  std::vector<Finding> findings;
  if (proof.refused_for) {
    findings.push_back(not_proved(
        connection, login.role_name, "powerful role",
        fmt::format("Nothing was proved: {}. Planning runs the IMMUTABLE functions of views, "
                    "policies, column defaults and indexes with these rights, whoever wrote them. "
                    "Prove through a login without them, or add --prove-unsafe where everyone who "
                    "owns such an object is trusted.",
                    power_of(*proof.refused_for))));
  }
  if (proof.out_of_time > 0) {
    findings.push_back(
        not_proved(connection, login.role_name, "time",
                   fmt::format("{} not proved: the connection's timeout was near. Give it more.",
                               counted(proof.out_of_time, "relation"))));
  }
  if (proof.unquotable > 0) {
    findings.push_back(not_proved(
        connection, login.role_name, "names",
        fmt::format("{} not proved: their names are not valid in the connection's encoding.",
                    counted(proof.unquotable, "relation"))));
  }
  for (const RelationProof& relation : proof.relations) {
    if (relation.gone()) {
      continue;
    }
    Comparison comparison(connection, login.role_name, login.relations[relation.subject().relation],
                          relation);
    std::vector<Finding> found = comparison.findings();
    std::move(found.begin(), found.end(), std::back_inserter(findings));
  }
  return findings;
}

Finding partial_answer_finding(std::string_view connection, std::string_view role) {
  return not_proved(connection, role, "information_schema",
                    "Nothing was proved: what information_schema tells is too partial to be "
                    "compared with the server's own check.");
}

std::vector<std::string> proof_notes(const RoleObservation& login, const Proof& proof) {
  std::vector<std::string> notes;
  if (proof.refused_for) {
    return notes;
  }
  std::size_t statements = 0;
  std::size_t gone = 0;
  for (const RelationProof& relation : proof.relations) {
    gone += relation.gone() ? 1 : 0;
    statements += static_cast<std::size_t>(std::count_if(
        proved_privileges.begin(), proved_privileges.end(), [&relation](Privilege privilege) {
          return relation.answer(privilege).outcome != ProofOutcome::not_tried;
        }));
  }
  notes.push_back(fmt::format("Proof: the server was asked about {} on {}",
                              counted(statements, "statement"),
                              counted(proof.relations.size(), "relation")));
  if (const std::string words = gap_words(login, proof); !words.empty()) {
    notes.push_back("Not provable by EXPLAIN: " + words);
  }
  if (gone > 0) {
    notes.push_back(fmt::format("Dropped since they were listed, and left out of the proof: {}",
                                counted(gone, "relation")));
  }
  return notes;
}

}  // namespace conncheck
