#include "extension/functions/relation_obstacles.hpp"

#include <set>

#include "extension/functions/referential_obstacles.hpp"
#include "extension/functions/written_path.hpp"
#include "extension/rules/lacking_beneath.hpp"
#include "extension/rules/policies.hpp"
#include "extension/rules/row_security.hpp"
#include "extension/server/foreign_keys.hpp"
#include "extension/server/grant_statement.hpp"
#include "extension/server/object_identity.hpp"
#include "extension/server/publications.hpp"
#include "extension/server/relation_source.hpp"
#include "extension/server/written_expressions.hpp"

namespace conncheck::functions {
namespace {

using rules::Answer;
using rules::ObjectType;
using rules::RelationId;
using rules::RelationKind;
using rules::Write;
using Place = rules::ExpressionPlace;

std::optional<Write> write_of(Privilege privilege) {
  for (const Write write : rules::all_writes) {
    if (rules::privilege_for(write) == privilege) {
      return write;
    }
  }
  return std::nullopt;
}

bool is_plain_table(RelationKind kind) {
  return kind == RelationKind::table || kind == RelationKind::partitioned_table;
}

std::string place_of(const server::StoredExpression& stored) {
  const std::string name = server::quoted(stored.name);
  switch (stored.expression.place) {
    case Place::column_default:
      return "the default of column " + name +
             (stored.of.empty() ? "" : " of the view " + server::quoted(stored.of));
    case Place::domain_default:
      return "the default of domain " + server::quoted(stored.of) + " for column " + name;
    case Place::generated_column:
      return "the generated column " + name;
    case Place::check_constraint:
      return "the check constraint " + name;
    case Place::domain_check:
      return "the check constraint " + name + " of domain " + server::quoted(stored.of);
    case Place::index_column:
    case Place::index_predicate:
      return "the index " + name;
    case Place::partition_key:
      return "the partition key of " + name;
    case Place::trigger_condition:
      break;
  }
  return "the condition of trigger " + name;
}

/// The obstacles of one privilege on one relation.
class Finder {
 public:
  Finder(server::Roles& roles, rules::Role& role, server::RelationRow relation,
         std::vector<Obstacle>& obstacles)
      : roles_(roles),
        role_(role),
        relation_(std::move(relation)),
        source_(roles),
        obstacles_(obstacles) {}

  void run(Privilege privilege);

 private:
  void add(std::string detail, std::optional<std::string> fix = std::nullopt) {
    obstacles_.push_back({role_.id(), std::move(detail), std::move(fix)});
  }
  void writing(Write write);
  void beneath(rules::Statement statement, const std::set<Oid>& told_apart = {});
  void lacking(const rules::Lack& lack);
  void user_mapping(Privilege privilege);
  void row_security(Privilege privilege);
  void publications(RelationId table, Write write);
  void truncating();
  void foreign_keys();
  void call(const server::StoredExpression& stored);
  void call_of_function(const std::string& place, Oid function);
  void call_of_sequence(const std::string& place, Oid sequence);

  server::Roles& roles_;
  rules::Role& role_;
  server::RelationRow relation_;
  server::CatalogRelations source_;
  std::vector<Obstacle>& obstacles_;
  std::set<Oid> called_;  ///< functions and sequences that have been named already
};

void Finder::run(Privilege privilege) {
  if (privilege == Privilege::truncate) {
    truncating();
  } else if (const std::optional<Write> write = write_of(privilege)) {
    writing(*write);
  } else if (privilege == Privilege::select) {
    beneath(std::nullopt);
  } else {
    return;
  }
  user_mapping(privilege);
  if (privilege != Privilege::truncate) {
    row_security(privilege);
  }
}

void Finder::writing(Write write) {
  rules::Rewriting rewriting(source_, role_.id());
  const std::string word(to_string(rules::privilege_for(write)));
  switch (rewriting.takes(relation_.id, write)) {
    case Answer::no:
      add("the " + std::string(to_string(relation_.kind)) + " takes no " + word);
      return;
    case Answer::unknown:
      add("another session's lock hides whether it takes " + word);
      obstacles_.back().certain = false;
      break;
    case Answer::yes:
      break;
  }
  const WrittenPath path = written_path(source_, relation_.id, write);
  std::set<Oid> functions;
  for (const server::StoredExpression& each : path.called) {
    functions.insert(each.expression.functions.begin(), each.expression.functions.end());
  }
  beneath(write, functions);
  for (const server::StoredExpression& each : path.called) {
    call(each);
  }
  if (path.table) {
    add_referential_obstacles(roles_, source_, *path.table, write, obstacles_);
    publications(*path.table, write);
  }
}

/// Whoever asks: the server refuses what it could not tell to those who subscribe.
void Finder::publications(RelationId table, Write write) {
  const std::optional<server::RefusingPublication> found =
      server::publication_that_refuses(table, write);
  if (!found) {
    return;
  }
  (void)server::read_object(
      ObjectType::table, found->table, 0, [&](const server::CatalogObject& object) {
        add("the publication " + server::quoted(found->name) + " needs a replica identity of " +
            server::identity(object).value_or(object.name) + ": ALTER TABLE … REPLICA IDENTITY");
      });
}

/// `told_apart`: functions of which it is told where they are called.
void Finder::beneath(rules::Statement statement, const std::set<Oid>& told_apart) {
  const rules::LackingBeneath found = rules::lacking_beneath(
      source_, role_.id(), relation_.id, statement, [] { server::check_for_interrupts(); });
  for (const rules::Lack& lack : found.lacks) {
    if (!lack.function || !told_apart.contains(*lack.function)) {
      lacking(lack);
    }
  }
  if (found.otherwise) {
    add("what lies beneath leads back to itself or takes no such statement");
  }
}

void Finder::lacking(const rules::Lack& lack) {
  const std::string asked = server::quoted(roles_.name(lack.role));
  const auto tell = [&](const server::CatalogObject& object) {
    const std::string name = server::identity(object).value_or(object.name);
    if (!lack.function && !lack.privilege) {
      obstacles_.push_back(
          {lack.role,
           "beneath, " + asked + " has no user mapping for " +
               (object.relation_kind == RELKIND_FOREIGN_TABLE ? "the foreign table "
                                                              : "a foreign table of ") +
               name,
           std::nullopt});
      return;
    }
    const Privilege privilege = lack.privilege.value_or(Privilege::execute);
    obstacles_.push_back(
        {lack.role,
         "beneath, " + asked + " lacks " + std::string(to_string(privilege)) + " on " + name,
         server::grant_statement(roles_, object, privilege, lack.role)});
  };
  const bool found = lack.function
                         ? server::read_object(ObjectType::routine, *lack.function, 0, tell)
                         : server::read_object(ObjectType::table, lack.relation, 0, tell) ||
                               server::read_object(ObjectType::sequence, lack.relation, 0, tell);
  if (!found) {
    add("what lies beneath has been dropped meanwhile");
  }
}

void Finder::user_mapping(Privilege privilege) {
  constexpr std::string_view remedy = ": CREATE USER MAPPING with the options to connect";
  if (source_.lacks_user_mapping(relation_.id, role_.id())) {
    add("no user mapping for the foreign server" + std::string(remedy));
  }
  if (privilege == Privilege::insert) {
    return;
  }
  for (const RelationId foreign : source_.foreign_tables_beneath(relation_.id)) {
    if (source_.lacks_user_mapping(foreign, role_.id())) {
      (void)server::read_object(
          ObjectType::table, foreign, 0, [&](const server::CatalogObject& object) {
            add("no user mapping for the foreign server of " +
                server::identity(object).value_or(object.name) + std::string(remedy));
          });
    }
  }
}

void Finder::row_security(Privilege privilege) {
  if (rules::row_security(role_, relation_.ownership.owner, relation_.row_security,
                          relation_.force_row_security) == rules::RowSecurity::applies &&
      rules::added_conditions(source_.policies(relation_.id), role_,
                              {write_of(privilege), {privilege}})
          .empty()) {
    add("row security applies and no policy lets a row pass: CREATE POLICY … FOR " +
        std::string(to_string(privilege)));
  }
}

void Finder::truncating() {
  const bool wrapper_truncates = relation_.kind == RelationKind::foreign_table &&
                                 source_.foreign_table(relation_.id).takes_truncate;
  if (!rules::takes_truncate(relation_.kind, relation_.ownership.protected_catalog,
                             wrapper_truncates)) {
    add(relation_.ownership.protected_catalog
            ? std::string("system catalogs take no TRUNCATE")
            : "the " + std::string(to_string(relation_.kind)) + " takes no TRUNCATE");
    return;
  }
  for (const RelationId foreign : source_.foreign_tables_beneath(relation_.id)) {
    if (!source_.foreign_table(foreign).takes_truncate) {
      (void)server::read_object(
          ObjectType::table, foreign, 0, [&](const server::CatalogObject& object) {
            add("the foreign table " + server::identity(object).value_or(object.name) +
                " takes no TRUNCATE");
          });
    }
  }
  if (is_plain_table(relation_.kind)) {
    foreign_keys();
  }
}

void Finder::foreign_keys() {
  for (const RelationId id : server::tables_truncated_along(relation_.id)) {
    server::check_for_interrupts();
    (void)server::read_object(ObjectType::table, id, 0, [&](const server::CatalogObject& object) {
      const std::string name = server::identity(object).value_or(object.name);
      add("a foreign key of " + name + " forbids it, unless TRUNCATE names that too or cascades");
      if (!server::grants_on(object, role_).privileges.has(Privilege::truncate)) {
        add("CASCADE carries it to " + name + ", for which TRUNCATE is lacking",
            server::grant_statement(roles_, object, Privilege::truncate, role_.id()));
      }
    });
  }
}

void Finder::call(const server::StoredExpression& stored) {
  const std::string place = place_of(stored);
  for (const Oid function : stored.expression.functions) {
    server::check_for_interrupts();
    if (called_.insert(function).second) {
      call_of_function(place, function);
    }
  }
  for (const Oid sequence : stored.sequences) {
    if (called_.insert(sequence).second) {
      call_of_sequence(place, sequence);
    }
  }
}

void Finder::call_of_function(const std::string& place, Oid function) {
  (void)server::read_object(
      ObjectType::routine, function, 0, [&](const server::CatalogObject& routine) {
        if (!server::grants_on(routine, role_).privileges.has(Privilege::execute)) {
          add(place + " calls " + server::identity(routine).value_or(routine.name) +
                  ", for which EXECUTE is lacking",
              server::grant_statement(roles_, routine, Privilege::execute, role_.id()));
        }
      });
}

void Finder::call_of_sequence(const std::string& place, Oid sequence) {
  (void)server::read_object(
      ObjectType::sequence, sequence, 0, [&](const server::CatalogObject& object) {
        if (!server::grants_on(object, role_)
                 .privileges.has_any({Privilege::usage, Privilege::update})) {
          add(place + " takes the next value of " + server::identity(object).value_or(object.name) +
                  ", for which USAGE is lacking",
              server::grant_statement(roles_, object, Privilege::usage, role_.id()));
        }
      });
}

}  // namespace

void add_relation_obstacles(server::Roles& roles, rules::Role& role, RelationId relation,
                            Privilege privilege, std::vector<Obstacle>& obstacles) {
  std::optional<server::RelationRow> found;
  const bool exists = server::read_relation(
      relation, [&](server::RelationRow row, const rules::Acl&) { found = std::move(row); });
  if (exists && found) {
    Finder(roles, role, std::move(*found), obstacles).run(privilege);
  }
}

}  // namespace conncheck::functions
