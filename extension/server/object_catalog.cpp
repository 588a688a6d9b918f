#include "extension/server/object_catalog.hpp"

#include <vector>

#include "extension/server/acl_items.hpp"
#include "extension/server/catalog_scan.hpp"
#include "extension/server/default_privileges.hpp"
#include "extension/server/memory.hpp"
#include "extension/server/version.hpp"

namespace conncheck::server {
namespace {

using rules::ObjectType;

/// Where one type of object is stored. A column number of 0: there is no such column.
struct Source {
  ObjectType type;
  Oid catalog;
  Oid oid_index;
  AttrNumber name;
  AttrNumber schema;
  AttrNumber owner;
  AttrNumber acl;
  CatalogScan::Filter wanted = nullptr;
  /// What this type has beyond the others.
  void (*complete)(HeapTuple row, CatalogObject& object) = nullptr;
};

/// The object's own OID is the first column of each catalog.
constexpr AttrNumber oid_column = 1;
static_assert(Anum_pg_class_oid == oid_column && Anum_pg_default_acl_oid == oid_column);

Form_pg_class relation(HeapTuple row) { return (Form_pg_class)GETSTRUCT(row); }

bool is_table(HeapTuple row) {
  switch (relation(row)->relkind) {
    case RELKIND_RELATION:
    case RELKIND_PARTITIONED_TABLE:
    case RELKIND_VIEW:
    case RELKIND_MATVIEW:
    case RELKIND_FOREIGN_TABLE:
      return true;
    default:
      return false;
  }
}

bool is_sequence(HeapTuple row) { return relation(row)->relkind == RELKIND_SEQUENCE; }

void complete_relation(HeapTuple row, CatalogObject& object) {
  object.relation_kind = relation(row)->relkind;
  object.has_rules = relation(row)->relhasrules;
  object.ownership.protected_catalog =
      object.relation_kind != RELKIND_VIEW && IsSystemClass(object.id, relation(row));
}

/// The row type of a table goes with the table; one made by CREATE TYPE stands on its own.
bool is_granted_type(HeapTuple row) {
  auto* const type = (Form_pg_type)GETSTRUCT(row);
  return has_own_acl(type) && (type->typtype != TYPTYPE_COMPOSITE ||
                               get_rel_relkind(type->typrelid) == RELKIND_COMPOSITE_TYPE);
}

void complete_database(HeapTuple row, CatalogObject& object) {
  object.unusable = !((Form_pg_database)GETSTRUCT(row))->datallowconn;
}

void complete_language(HeapTuple row, CatalogObject& object) {
  object.superusers_only = !((Form_pg_language)GETSTRUCT(row))->lanpltrusted;
}

void complete_tablespace(HeapTuple, CatalogObject& object) {
  object.unusable = object.id == GLOBALTABLESPACE_OID;  // for shared catalogs alone
}

void complete_parameter(HeapTuple, CatalogObject& object) {
  object.ownership.owner = BOOTSTRAP_SUPERUSERID;
}

constexpr Source sources[] = {
    {ObjectType::database, DatabaseRelationId, DatabaseOidIndexId, Anum_pg_database_datname, 0,
     Anum_pg_database_datdba, Anum_pg_database_datacl, nullptr, complete_database},
    {ObjectType::foreign_server, ForeignServerRelationId, ForeignServerOidIndexId,
     Anum_pg_foreign_server_srvname, 0, Anum_pg_foreign_server_srvowner,
     Anum_pg_foreign_server_srvacl},
    {ObjectType::foreign_data_wrapper, ForeignDataWrapperRelationId, ForeignDataWrapperOidIndexId,
     Anum_pg_foreign_data_wrapper_fdwname, 0, Anum_pg_foreign_data_wrapper_fdwowner,
     Anum_pg_foreign_data_wrapper_fdwacl},
    {ObjectType::language, LanguageRelationId, LanguageOidIndexId, Anum_pg_language_lanname, 0,
     Anum_pg_language_lanowner, Anum_pg_language_lanacl, nullptr, complete_language},
    {ObjectType::large_object, LargeObjectMetadataRelationId, LargeObjectMetadataOidIndexId, 0, 0,
     Anum_pg_largeobject_metadata_lomowner, Anum_pg_largeobject_metadata_lomacl},
    {ObjectType::parameter, parameter_catalog().id, parameter_catalog().oid_index,
     parameter_catalog().name, 0, 0, parameter_catalog().acl, nullptr, complete_parameter},
    {ObjectType::role, AuthIdRelationId, AuthIdOidIndexId, Anum_pg_authid_rolname, 0, 0, 0},
    {ObjectType::routine, ProcedureRelationId, ProcedureOidIndexId, Anum_pg_proc_proname,
     Anum_pg_proc_pronamespace, Anum_pg_proc_proowner, Anum_pg_proc_proacl},
    {ObjectType::schema, NamespaceRelationId, NamespaceOidIndexId, Anum_pg_namespace_nspname, 0,
     Anum_pg_namespace_nspowner, Anum_pg_namespace_nspacl},
    {ObjectType::sequence, RelationRelationId, ClassOidIndexId, Anum_pg_class_relname,
     Anum_pg_class_relnamespace, Anum_pg_class_relowner, Anum_pg_class_relacl, is_sequence,
     complete_relation},
    {ObjectType::table, RelationRelationId, ClassOidIndexId, Anum_pg_class_relname,
     Anum_pg_class_relnamespace, Anum_pg_class_relowner, Anum_pg_class_relacl, is_table,
     complete_relation},
    {ObjectType::tablespace, TableSpaceRelationId, TablespaceOidIndexId, Anum_pg_tablespace_spcname,
     0, Anum_pg_tablespace_spcowner, Anum_pg_tablespace_spcacl, nullptr, complete_tablespace},
    {ObjectType::type, TypeRelationId, TypeOidIndexId, Anum_pg_type_typname,
     Anum_pg_type_typnamespace, Anum_pg_type_typowner, Anum_pg_type_typacl, is_granted_type},
};

/// nullptr: the type has no catalog in this version, or none that reads like the others.
const Source* source_of(ObjectType type) {
  for (const Source& source : sources) {
    if (source.type == type && OidIsValid(source.catalog)) {
      return &source;
    }
  }
  return nullptr;
}

/// No catalog with ACLs has more columns.
using WholeRow = DeformedRow<64>;
static_assert(Natts_pg_class <= 64 && Natts_pg_proc <= 64 && Natts_pg_type <= 64);

Oid oid_of(const WholeRow& row, AttrNumber column) {
  return column == 0 ? InvalidOid : DatumGetObjectId(row[column]);
}

std::string name_of(const WholeRow& row, const Source& source) {
  if (source.type == ObjectType::large_object) {
    return std::to_string(oid_of(row, oid_column));
  }
  const Datum name = row[source.name];
  if (source.type == ObjectType::parameter) {  // the only one of type text
    return guard([name] { return TextDatumGetCString(name); });
  }
  return NameStr(*DatumGetName(name));
}

void hand_over(HeapTuple row, TupleDesc descriptor, const Source& source, const EachObject& each) {
  WholeRow columns;
  columns.deform(row, descriptor);
  CatalogObject object;
  object.type = source.type;
  object.id = oid_of(columns, oid_column);
  object.name = name_of(columns, source);
  object.schema = oid_of(columns, source.schema);
  object.ownership.type = source.type;
  object.ownership.owner = oid_of(columns, source.owner);
  if (source.complete != nullptr) {
    source.complete(row, object);
  }
  if (source.acl == 0 || !columns.has(source.acl)) {
    each(object);
    return;
  }
  const std::vector<rules::AclItem> items = acl_items(columns[source.acl]);
  object.acl = items;
  each(object);
}

void hand_over_all(CatalogScan& scan, const Source& source, const EachObject& each) {
  ScratchMemory memory;
  int rows = 0;
  while (HeapTuple const row = scan.next(source.wanted)) {
    hand_over(row, scan.descriptor(), source, each);
    if (++rows % 1000 == 0) {
      memory.reset();
    }
  }
}

/// A relation's facts, for its columns.
struct ColumnsRelation {
  CatalogObject object;
  std::vector<rules::AclItem> acl;
  bool exists = false;
};

ColumnsRelation relation_of_columns(Oid id) {
  ColumnsRelation found;
  const auto keep = [&found](const CatalogObject& object) {
    found.object = object;
    if (object.acl) {
      found.acl.assign(object.acl->begin(), object.acl->end());
    }
  };
  found.exists =
      read_object(ObjectType::table, id, 0, keep) || read_object(ObjectType::sequence, id, 0, keep);
  return found;
}

Form_pg_attribute attribute(HeapTuple row) { return (Form_pg_attribute)GETSTRUCT(row); }
bool is_column(HeapTuple row) { return !attribute(row)->attisdropped; }
bool has_acl(HeapTuple row) { return is_column(row) && !is_null(row, Anum_pg_attribute_attacl); }

void hand_over_column(HeapTuple row, TupleDesc descriptor, const ColumnsRelation& relation,
                      const EachObject& each) {
  CatalogObject object = relation.object;
  object.type = ObjectType::column;
  object.column = attribute(row)->attnum;
  object.name = NameStr(attribute(row)->attname);
  object.relation_acl = relation.object.acl ? rules::Acl(relation.acl) : std::nullopt;
  object.acl = std::nullopt;
  if (!has_acl(row)) {
    each(object);
    return;
  }
  WholeRow columns;
  columns.deform(row, descriptor);
  const std::vector<rules::AclItem> items = acl_items(columns[Anum_pg_attribute_attacl]);
  object.acl = items;
  each(object);
}

/// Columns of one relation mostly lie together.
void read_columns_with_acl(const EachObject& each) {
  CatalogScan scan(AttributeRelationId, InvalidOid, {});
  ScratchMemory memory;
  ColumnsRelation relation;
  while (HeapTuple const row = scan.next(has_acl)) {
    if (attribute(row)->attrelid != relation.object.id) {
      relation = relation_of_columns(attribute(row)->attrelid);
    }
    if (relation.exists) {
      hand_over_column(row, scan.descriptor(), relation, each);
    }
    memory.reset();
  }
}

bool read_column(Oid id, int number, const EachObject& each) {
  const ColumnsRelation relation = relation_of_columns(id);
  if (!relation.exists) {
    return false;
  }
  CatalogScan scan(
      AttributeRelationId, AttributeRelidNumIndexId,
      {{Anum_pg_attribute_attrelid, F_OIDEQ, ObjectIdGetDatum(id)},
       {Anum_pg_attribute_attnum, F_INT2EQ, Int16GetDatum(static_cast<std::int16_t>(number))}});
  ScratchMemory memory;
  HeapTuple const row = scan.next(is_column);
  if (row == nullptr) {
    return false;
  }
  hand_over_column(row, scan.descriptor(), relation, each);
  scan.close();
  return true;
}

}  // namespace

void read_objects(ObjectType type, const EachObject& each) {
  if (type == ObjectType::column) {
    read_columns_with_acl(each);
  } else if (type == ObjectType::default_privileges) {
    read_default_privileges(InvalidOid, each);
  } else if (const Source* const source = source_of(type)) {
    CatalogScan scan(source->catalog, InvalidOid, {});
    hand_over_all(scan, *source, each);
  }
}

bool read_object(ObjectType type, Oid id, int column, const EachObject& each) {
  if (type == ObjectType::column) {
    return read_column(id, column, each);
  }
  if (type == ObjectType::default_privileges) {
    return read_default_privileges(id, each);
  }
  const Source* const source = source_of(type);
  if (source == nullptr) {
    return false;
  }
  CatalogScan scan(source->catalog, source->oid_index,
                   {{oid_column, F_OIDEQ, ObjectIdGetDatum(id)}});
  ScratchMemory memory;
  HeapTuple const row = scan.next(source->wanted);
  if (row == nullptr) {
    return false;
  }
  hand_over(row, scan.descriptor(), *source, each);
  scan.close();
  return true;
}

}  // namespace conncheck::server
