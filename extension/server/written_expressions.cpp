#include "extension/server/written_expressions.hpp"

#include <algorithm>
#include <tuple>

#include "extension/server/catalog_scan.hpp"
#include "extension/server/memory.hpp"
#include "extension/server/stored_query.hpp"
#include "extension/server/version.hpp"

namespace conncheck::server {
namespace {

using Place = WrittenExpression::Place;

/// The sequence that nextval('…'::regclass) names, or InvalidOid.
Oid called_sequence(Node* node) {
  if (!IsA(node, FuncExpr) || ((FuncExpr*)node)->funcid != nextval_function) {
    return InvalidOid;
  }
  auto* const argument = (Node*)linitial(((FuncExpr*)node)->args);
  if (!IsA(argument, Const) || ((Const*)argument)->constisnull) {
    return InvalidOid;
  }
  return DatumGetObjectId(((Const*)argument)->constvalue);
}

/// `context`: the List* of sequences.
bool find_sequences(Node* node, void* context) {
  if (node == nullptr) {
    return false;
  }
  check_stack_depth();
  if (const Oid sequence = called_sequence(node); OidIsValid(sequence)) {
    auto** const sequences = static_cast<List**>(context);
    *sequences = list_append_unique_oid(*sequences, sequence);
  }
  return walk_expression(node, find_sequences, context);
}

/// Adds it unless it calls nothing that could be refused.
void add(Place place, const char* name, Datum tree, std::vector<WrittenExpression>& expressions) {
  Node* const node = guard([tree] { return (Node*)stringToNode(TextDatumGetCString(tree)); });
  rules::Demands demands;
  add_demands(node, demands);
  List* const sequences = guard([node] {
    List* found = NIL;
    find_sequences(node, &found);
    return found;
  });
  WrittenExpression expression{place, name, std::move(demands.functions), {}};
  for (int i = 0; i < list_length(sequences); ++i) {
    expression.sequences.push_back(list_nth_oid(sequences, i));
  }
  if (!expression.functions.empty() || !expression.sequences.empty()) {
    expressions.push_back(std::move(expression));
  }
}

struct ColumnFacts {
  char name[NAMEDATALEN] = {};
  char generated = '\0';
};

ColumnFacts column_facts(rules::RelationId table, AttrNumber number) {
  return guard([=] {
    ColumnFacts facts;
    HeapTuple const row = SearchSysCache2(ATTNUM, ObjectIdGetDatum(table), Int16GetDatum(number));
    if (HeapTupleIsValid(row)) {
      auto* const column = (Form_pg_attribute)GETSTRUCT(row);
      strlcpy(facts.name, NameStr(column->attname), NAMEDATALEN);
      facts.generated = column->attgenerated;
      ReleaseSysCache(row);
    }
    return facts;
  });
}

void read_column_expressions(rules::RelationId table, std::vector<WrittenExpression>& expressions) {
  CatalogScan scan(AttrDefaultRelationId, AttrDefaultIndexId,
                   {{Anum_pg_attrdef_adrelid, F_OIDEQ, ObjectIdGetDatum(table)}});
  DeformedRow<Natts_pg_attrdef> columns;
  while (HeapTuple const row = scan.next()) {
    columns.deform(row, scan.descriptor());
    const ColumnFacts column = column_facts(table, DatumGetInt16(columns[Anum_pg_attrdef_adnum]));
    if (column.generated == '\0' || column.generated == ATTRIBUTE_GENERATED_STORED) {
      add(column.generated == '\0' ? Place::default_value : Place::generated_column, column.name,
          columns[Anum_pg_attrdef_adbin], expressions);
    }
  }
}

void read_checks(rules::RelationId table, std::vector<WrittenExpression>& expressions) {
  CatalogScan scan(ConstraintRelationId, ConstraintRelidTypidNameIndexId,
                   {{Anum_pg_constraint_conrelid, F_OIDEQ, ObjectIdGetDatum(table)}});
  DeformedRow<Natts_pg_constraint> columns;
  while (HeapTuple const row = scan.next()) {
    auto* const constraint = (Form_pg_constraint)GETSTRUCT(row);
    if (constraint->contype == CONSTRAINT_CHECK) {
      columns.deform(row, scan.descriptor());
      add(Place::check_constraint, NameStr(constraint->conname), columns[Anum_pg_constraint_conbin],
          expressions);
    }
  }
}

void read_indexes(rules::RelationId table, std::vector<WrittenExpression>& expressions) {
  CatalogScan scan(IndexRelationId, IndexIndrelidIndexId,
                   {{Anum_pg_index_indrelid, F_OIDEQ, ObjectIdGetDatum(table)}});
  DeformedRow<Natts_pg_index> columns;
  while (HeapTuple const row = scan.next()) {
    columns.deform(row, scan.descriptor());
    const Oid id = DatumGetObjectId(columns[Anum_pg_index_indexrelid]);
    const char* const name = guard([id] { return get_rel_name(id); });
    for (const int column : {Anum_pg_index_indexprs, Anum_pg_index_indpred}) {
      if (name != nullptr && columns.has(column)) {
        add(Place::index, name, columns[column], expressions);
      }
    }
  }
}

}  // namespace

std::vector<WrittenExpression> read_written_expressions(rules::RelationId table) {
  ScratchMemory memory;
  std::vector<WrittenExpression> expressions;
  read_column_expressions(table, expressions);
  read_checks(table, expressions);
  read_indexes(table, expressions);
  std::sort(expressions.begin(), expressions.end(), [](const auto& a, const auto& b) {
    return std::tie(a.place, a.name) < std::tie(b.place, b.name);
  });
  return expressions;
}

}  // namespace conncheck::server
