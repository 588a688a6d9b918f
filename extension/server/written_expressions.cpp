#include "extension/server/written_expressions.hpp"

#include <algorithm>
#include <tuple>

#include "extension/server/catalog_scan.hpp"
#include "extension/server/inheritance.hpp"
#include "extension/server/memory.hpp"
#include "extension/server/stored_query.hpp"
#include "extension/server/version.hpp"
#include "extension/server/virtual_columns.hpp"

namespace conncheck::server {
namespace {

using Place = rules::ExpressionPlace;

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

struct RelationFacts {
  char kind = '\0';  ///< 0: gone
  bool is_partition = false;
  bool has_checks = false;
  bool has_indexes = false;
  bool has_triggers = false;
};

RelationFacts relation_facts(Oid relation) {
  return guard([relation] {
    RelationFacts facts;
    HeapTuple const row = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
    if (HeapTupleIsValid(row)) {
      const auto* const form = (Form_pg_class)GETSTRUCT(row);
      facts = {form->relkind, form->relispartition, form->relchecks != 0, form->relhasindex,
               form->relhastriggers};
      ReleaseSysCache(row);
    }
    return facts;
  });
}

struct TypeFacts {
  bool is_domain = false;
  Oid base = InvalidOid;
  char name[NAMEDATALEN] = {};
  Datum default_value = 0;  ///< a copy; 0: none
};

TypeFacts type_facts(Oid type) {
  return guard([type] {
    TypeFacts facts;
    HeapTuple const row = SearchSysCache1(TYPEOID, ObjectIdGetDatum(type));
    if (!HeapTupleIsValid(row)) {
      return facts;
    }
    const auto* const form = (Form_pg_type)GETSTRUCT(row);
    facts.is_domain = form->typtype == TYPTYPE_DOMAIN;
    if (facts.is_domain) {
      bool is_null = true;
      const Datum stored = SysCacheGetAttr(TYPEOID, row, Anum_pg_type_typdefaultbin, &is_null);
      facts.base = form->typbasetype;
      strlcpy(facts.name, NameStr(form->typname), NAMEDATALEN);
      facts.default_value = is_null ? Datum{0} : PointerGetDatum(DatumGetTextPCopy(stored));
    }
    ReleaseSysCache(row);
    return facts;
  });
}

/// A copy of the expressions in a partition key; 0 where there are none.
Datum key_expressions(Oid table) {
  return guard([table] {
    HeapTuple const row = SearchSysCache1(PARTRELID, ObjectIdGetDatum(table));
    if (!HeapTupleIsValid(row)) {
      return Datum{0};
    }
    bool is_null = true;
    const Datum stored =
        SysCacheGetAttr(PARTRELID, row, Anum_pg_partitioned_table_partexprs, &is_null);
    const Datum copy = is_null ? Datum{0} : PointerGetDatum(DatumGetTextPCopy(stored));
    ReleaseSysCache(row);
    return copy;
  });
}

std::string relation_name(Oid relation) {
  const char* const name = guard([relation] { return get_rel_name(relation); });
  return name == nullptr ? std::string() : name;
}

std::vector<rules::Write> firing(const FormData_pg_trigger* trigger) {
  std::vector<rules::Write> writes;
  for (const auto& [event, write] : {std::pair{TRIGGER_TYPE_INSERT, rules::Write::insert},
                                     std::pair{TRIGGER_TYPE_UPDATE, rules::Write::update},
                                     std::pair{TRIGGER_TYPE_DELETE, rules::Write::delete_}}) {
    if ((trigger->tgtype & event) != 0) {
      writes.push_back(write);
    }
  }
  return writes;
}

/// One relation's expressions, catalog by catalog.
class Reader {
 public:
  explicit Reader(Oid relation) : relation_(relation), facts_(relation_facts(relation)) {}

  std::vector<StoredExpression> read();

 private:
  /// Adds it unless it calls nothing that could be refused, and is no default.
  void add(StoredExpression stored, Datum tree);
  void add_what_computes(const rules::TableColumn& read, std::vector<rules::FunctionId>& functions);
  void virtual_columns();
  void defaults();
  void columns();
  void domains(const FormData_pg_attribute& column);
  void checks();
  void checks_of_domain(Oid domain, const char* name);
  void indexes();
  void partition_keys();
  void triggers();

  Oid relation_;
  RelationFacts facts_;
  std::vector<VirtualColumn> virtual_columns_;
  std::vector<StoredExpression> found_;
};

/// A virtual column is computed where its value is asked for.
void Reader::add_what_computes(const rules::TableColumn& read,
                               std::vector<rules::FunctionId>& functions) {
  for (const VirtualColumn& column : virtual_columns_) {
    if (read.column == 0 || read.column == column.number) {
      functions.insert(functions.end(), column.functions.begin(), column.functions.end());
    }
  }
}

void Reader::virtual_columns() {
  virtual_columns_ = read_virtual_columns(relation_);
  for (const VirtualColumn& column : virtual_columns_) {
    if (column.not_null) {
      found_.push_back({{Place::generated_column, column.functions}, column.name, {}});
    }
  }
}

void Reader::add(StoredExpression stored, Datum tree) {
  Node* const node = guard([tree] { return (Node*)stringToNode(TextDatumGetCString(tree)); });
  const Place place = stored.expression.place;
  rules::Demands demands;
  add_demands_of(relation_, node, demands);
  for (const rules::TableColumn& read : demands.table_columns_read) {
    add_what_computes(read, demands.functions);
  }
  List* const sequences = guard([node] {
    List* found = NIL;
    find_sequences(node, &found);
    return found;
  });
  stored.expression.functions = std::move(demands.functions);
  for (int i = 0; i < list_length(sequences); ++i) {
    stored.sequences.push_back(list_nth_oid(sequences, i));
  }
  const bool is_default = place == Place::column_default || place == Place::domain_default;
  if (is_default || !stored.expression.functions.empty() || !stored.sequences.empty()) {
    found_.push_back(std::move(stored));
  }
}

void Reader::columns() {
  CatalogScan scan(
      AttributeRelationId, AttributeRelidNumIndexId,
      {{Anum_pg_attribute_attrelid, F_OIDEQ, ObjectIdGetDatum(relation_)},
       {Anum_pg_attribute_attnum, F_INT2GT, Int16GetDatum(0), BTGreaterStrategyNumber}});
  bool has_defaults = false;
  while (HeapTuple const row = scan.next([](HeapTuple column) {
    return !((Form_pg_attribute)GETSTRUCT(column))->attisdropped;
  })) {
    const auto* const column = (Form_pg_attribute)GETSTRUCT(row);
    has_defaults = has_defaults || column->atthasdef;
    domains(*column);
  }
  if (has_defaults) {
    defaults();
  }
}

struct ColumnFacts {
  char name[NAMEDATALEN] = {};
  char generated = '\0';
};

ColumnFacts column_facts(Oid table, AttrNumber number) {
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

void Reader::defaults() {
  CatalogScan scan(AttrDefaultRelationId, AttrDefaultIndexId,
                   {{Anum_pg_attrdef_adrelid, F_OIDEQ, ObjectIdGetDatum(relation_)}});
  DeformedRow<Natts_pg_attrdef> columns;
  while (HeapTuple const row = scan.next()) {
    columns.deform(row, scan.descriptor());
    const AttrNumber number = DatumGetInt16(columns[Anum_pg_attrdef_adnum]);
    const ColumnFacts column = column_facts(relation_, number);
    if (column.generated == '\0') {
      const bool of_view = facts_.kind == RELKIND_VIEW;
      add({{Place::column_default, {}},
           column.name,
           of_view ? relation_name(relation_) : std::string(),
           {},
           number},
          columns[Anum_pg_attrdef_adbin]);
    } else if (column.generated == ATTRIBUTE_GENERATED_STORED) {
      add({{Place::generated_column, {}}, column.name, {}}, columns[Anum_pg_attrdef_adbin]);
    }
  }
}

/// A domain's default stands in for a column without one, of a view, too; domains over domains
/// check both.
void Reader::domains(const FormData_pg_attribute& column) {
  TypeFacts type = type_facts(column.atttypid);
  if (type.default_value != 0 && !column.atthasdef && column.attidentity == '\0') {
    add({{Place::domain_default, {}}, NameStr(column.attname), type.name, {}, column.attnum},
        type.default_value);
  }
  if (facts_.kind == RELKIND_VIEW) {
    return;
  }
  for (Oid domain = column.atttypid; type.is_domain; type = type_facts(domain)) {
    checks_of_domain(domain, type.name);
    domain = type.base;
  }
}

void Reader::checks_of_domain(Oid domain, const char* name) {
  CatalogScan scan(ConstraintRelationId, ConstraintTypidIndexId,
                   {{Anum_pg_constraint_contypid, F_OIDEQ, ObjectIdGetDatum(domain)}});
  DeformedRow<Natts_pg_constraint> columns;
  while (HeapTuple const row = scan.next()) {
    const auto* const constraint = (Form_pg_constraint)GETSTRUCT(row);
    if (constraint->contype == CONSTRAINT_CHECK) {
      columns.deform(row, scan.descriptor());
      add({{Place::domain_check, {}}, NameStr(constraint->conname), name, {}},
          columns[Anum_pg_constraint_conbin]);
    }
  }
}

void Reader::checks() {
  CatalogScan scan(ConstraintRelationId, ConstraintRelidTypidNameIndexId,
                   {{Anum_pg_constraint_conrelid, F_OIDEQ, ObjectIdGetDatum(relation_)}});
  DeformedRow<Natts_pg_constraint> columns;
  while (HeapTuple const row = scan.next()) {
    auto* const constraint = (Form_pg_constraint)GETSTRUCT(row);
    if (constraint->contype == CONSTRAINT_CHECK && is_enforced(constraint)) {
      columns.deform(row, scan.descriptor());
      add({{Place::check_constraint, {}}, NameStr(constraint->conname), {}},
          columns[Anum_pg_constraint_conbin]);
    }
  }
}

/// The columns of a partial index are computed for the rows that it takes. Of a partitioned table
/// an index that is not valid is one that some partitions lack.
void Reader::indexes() {
  CatalogScan scan(IndexRelationId, IndexIndrelidIndexId,
                   {{Anum_pg_index_indrelid, F_OIDEQ, ObjectIdGetDatum(relation_)}});
  DeformedRow<Natts_pg_index> columns;
  while (HeapTuple const row = scan.next()) {
    const auto* const index = (Form_pg_index)GETSTRUCT(row);
    if (!index->indisready) {
      continue;
    }
    columns.deform(row, scan.descriptor());
    const bool lacking = facts_.kind == RELKIND_PARTITIONED_TABLE && !index->indisvalid;
    const bool partial = columns.has(Anum_pg_index_indpred);
    if (partial) {
      add({{Place::index_predicate, {}, lacking}, relation_name(index->indexrelid), {}},
          columns[Anum_pg_index_indpred]);
    }
    if (columns.has(Anum_pg_index_indexprs)) {
      add({{Place::index_column, {}, lacking || partial}, relation_name(index->indexrelid), {}},
          columns[Anum_pg_index_indexprs]);
    }
  }
}

/// A row that is written to a partition is held against the keys above it, too.
void Reader::partition_keys() {
  std::vector<Oid> keyed;
  if (facts_.is_partition) {
    keyed = ancestors_of(relation_);
  }
  if (facts_.kind == RELKIND_PARTITIONED_TABLE) {
    keyed.insert(keyed.begin(), relation_);
  }
  for (const Oid table : keyed) {
    if (const Datum stored = key_expressions(table); stored != 0) {
      add({{Place::partition_key, {}}, relation_name(table), {}, {}}, stored);
    }
  }
}

/// Triggers for replication alone, and disabled ones, do not count.
void Reader::triggers() {
  CatalogScan scan(TriggerRelationId, TriggerRelidNameIndexId,
                   {{Anum_pg_trigger_tgrelid, F_OIDEQ, ObjectIdGetDatum(relation_)}});
  DeformedRow<Natts_pg_trigger> columns;
  while (HeapTuple const row = scan.next([](HeapTuple trigger) {
    const char enabled = ((Form_pg_trigger)GETSTRUCT(trigger))->tgenabled;
    return !is_null(trigger, Anum_pg_trigger_tgqual) &&
           (enabled == TRIGGER_FIRES_ON_ORIGIN || enabled == TRIGGER_FIRES_ALWAYS);
  })) {
    const auto* const trigger = (Form_pg_trigger)GETSTRUCT(row);
    columns.deform(row, scan.descriptor());
    add({{Place::trigger_condition, {}, false, firing(trigger)}, NameStr(trigger->tgname), {}},
        columns[Anum_pg_trigger_tgqual]);
  }
}

std::vector<StoredExpression> Reader::read() {
  const bool is_table = facts_.kind == RELKIND_RELATION || facts_.kind == RELKIND_PARTITIONED_TABLE;
  if (is_table || facts_.kind == RELKIND_FOREIGN_TABLE) {
    virtual_columns();
  }
  if (is_table || facts_.kind == RELKIND_FOREIGN_TABLE || facts_.kind == RELKIND_VIEW) {
    columns();
  }
  if (is_table && facts_.has_checks) {  // those of a foreign table are its server's business
    checks();
  }
  if (is_table && facts_.has_indexes) {
    indexes();
  }
  if (is_table) {
    partition_keys();
  }
  if (facts_.has_triggers) {
    triggers();
  }
  std::sort(found_.begin(), found_.end(), [](const auto& a, const auto& b) {
    return std::tie(a.expression.place, a.name, a.of) < std::tie(b.expression.place, b.name, b.of);
  });
  return std::move(found_);
}

}  // namespace

std::vector<StoredExpression> read_written_expressions(rules::RelationId relation) {
  ScratchMemory memory;
  return Reader(relation).read();
}

}  // namespace conncheck::server
