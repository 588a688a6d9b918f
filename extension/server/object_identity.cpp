#include "extension/server/object_identity.hpp"

#include "extension/server/version.hpp"

namespace conncheck::server {
namespace {

using rules::ObjectType;

// All of these return memory of the current context, or nullptr if something is gone. They run
// inside a guard.

char* qualified(Oid schema, const char* name) {
  const char* const schema_name = get_namespace_name_or_temp(schema);
  return schema_name == nullptr ? nullptr : quote_qualified_identifier(schema_name, name);
}

/// The server prints question marks for a type that it does not find.
const char* type_identity(Oid type) {
  const char* const text =
      format_type_extended(type, -1, FORMAT_TYPE_FORCE_QUALIFY | FORMAT_TYPE_ALLOW_INVALID);
  return strncmp(text, "???", 3) == 0 ? nullptr : text;
}

/// `mode`: what stands before each of the arguments.
char* routine_identity(Oid id, const char* mode = "") {
  HeapTuple const row = SearchSysCache1(PROCOID, ObjectIdGetDatum(id));
  if (!HeapTupleIsValid(row)) {
    return nullptr;
  }
  auto* const routine = (Form_pg_proc)GETSTRUCT(row);
  const char* const name = qualified(routine->pronamespace, NameStr(routine->proname));
  bool complete = name != nullptr;
  StringInfoData text;
  initStringInfo(&text);
  appendStringInfo(&text, "%s(", complete ? name : "");
  for (int i = 0; complete && i < routine->pronargs; ++i) {
    const char* const type = type_identity(routine->proargtypes.values[i]);
    complete = type != nullptr;
    appendStringInfo(&text, "%s%s%s", i == 0 ? "" : ",", mode, complete ? type : "");
  }
  appendStringInfoChar(&text, ')');
  ReleaseSysCache(row);
  return complete ? text.data : nullptr;
}

/// Both words and modes are needed: `ROUTINE f(integer,integer)` and `PROCEDURE f(integer,integer)`
/// stand for f(integer, OUT integer) as well, and are refused where both exist.
char* granted_routine(Oid id) {
  HeapTuple const row = SearchSysCache1(PROCOID, ObjectIdGetDatum(id));
  if (!HeapTupleIsValid(row)) {
    return nullptr;
  }
  const bool is_procedure = ((Form_pg_proc)GETSTRUCT(row))->prokind == PROKIND_PROCEDURE;
  ReleaseSysCache(row);
  const char* const name = routine_identity(id, is_procedure ? "IN " : "");
  return name == nullptr ? nullptr
                         : psprintf("%s %s", is_procedure ? "PROCEDURE" : "FUNCTION", name);
}

/// GRANT takes no `double precision`, and no `bigint`: the name as the catalog has it.
char* granted_type(Oid id) {
  HeapTuple const row = SearchSysCache1(TYPEOID, ObjectIdGetDatum(id));
  if (!HeapTupleIsValid(row)) {
    return nullptr;
  }
  auto* const type = (Form_pg_type)GETSTRUCT(row);
  char* const name = qualified(type->typnamespace, NameStr(type->typname));
  ReleaseSysCache(row);
  return name == nullptr ? nullptr : psprintf("TYPE %s", name);
}

char* column_identity(Oid relation, const char* column) {
  const char* const name = get_rel_name(relation);
  const char* const whole =
      name == nullptr ? nullptr : qualified(get_rel_namespace(relation), name);
  return whole == nullptr ? nullptr : psprintf("%s.%s", whole, quote_identifier(column));
}

char* default_privileges_identity(Oid role, Oid schema, const char* objects) {
  const char* const role_name = GetUserNameFromId(role, true);
  if (role_name == nullptr) {
    return nullptr;
  }
  StringInfoData text;
  initStringInfo(&text);
  appendStringInfo(&text, "for role %s", quote_identifier(role_name));
  if (OidIsValid(schema)) {
    const char* const name = get_namespace_name_or_temp(schema);
    if (name == nullptr) {
      return nullptr;
    }
    appendStringInfo(&text, " in schema %s", quote_identifier(name));
  }
  appendStringInfo(&text, " on %s", objects);
  return text.data;
}

const char* schema_identity(Oid id) {
  const char* const name = get_namespace_name_or_temp(id);
  return name == nullptr ? nullptr : quote_identifier(name);
}

}  // namespace

std::optional<std::string> identity(const CatalogObject& object) {
  const Oid id = object.id;
  const Oid schema = object.schema;
  const Oid owner = object.ownership.owner;
  const char* const name = object.name.c_str();
  const ObjectType type = object.type;
  const char* const text = guard([=]() -> const char* {
    switch (type) {
      case ObjectType::table:
      case ObjectType::sequence:
        return qualified(schema, name);
      case ObjectType::column:
        return column_identity(id, name);
      case ObjectType::routine:
        return routine_identity(id);
      case ObjectType::type:
        return type_identity(id);
      case ObjectType::schema:
        return schema_identity(id);
      case ObjectType::default_privileges:
        return default_privileges_identity(owner, schema, name);
      case ObjectType::large_object:
      case ObjectType::parameter:
        return name;
      default:
        return quote_identifier(name);
    }
  });
  return text == nullptr ? std::nullopt : std::optional<std::string>(text);
}

std::optional<std::string> routine_or_type_to_grant(const CatalogObject& object) {
  const Oid id = object.id;
  const bool is_routine = object.type == ObjectType::routine;
  const char* const text =
      guard([=]() -> const char* { return is_routine ? granted_routine(id) : granted_type(id); });
  return text == nullptr ? std::nullopt : std::optional<std::string>(text);
}

}  // namespace conncheck::server
