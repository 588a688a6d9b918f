#include "extension/server/object_lookup.hpp"

#include <charconv>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "extension/rules/qualified_name.hpp"
#include "extension/server/catalog_scan.hpp"
#include "extension/server/grant_statement.hpp"
#include "extension/server/object_identity.hpp"
#include "extension/server/search_path.hpp"
#include "extension/server/version.hpp"

namespace conncheck::server {
namespace {

using rules::ObjectType;
using Names = std::vector<std::string>;

struct Wanted {
  std::optional<ObjectType> type;  ///< nullopt: whatever relation
  std::string identity;
};

constexpr std::string_view blanks = " \t\n\r";

std::string_view trim(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  text.remove_suffix(text.size() - (text.find_last_not_of(blanks) + 1));
  return text;
}

Wanted split_type(std::string_view text) {
  text = trim(text);
  for (const ObjectType type : rules::all_object_types) {
    const std::string_view word = to_string(type);
    if (text.starts_with(word) && text.size() > word.size() &&
        blanks.find(text[word.size()]) != std::string_view::npos) {
      return {type, std::string(trim(text.substr(word.size())))};
    }
  }
  return {std::nullopt, std::string(text)};
}

[[noreturn]] void raise_unknown(const Wanted& wanted) {
  const bool relation =
      !wanted.type || *wanted.type == ObjectType::table || *wanted.type == ObjectType::sequence;
  const std::string type(wanted.type ? to_string(*wanted.type) : "relation");
  const char* const word = type.c_str();
  const char* const identity = wanted.identity.c_str();
  guard([=] {
    ereport(ERROR, (errcode(relation ? ERRCODE_UNDEFINED_TABLE : ERRCODE_UNDEFINED_OBJECT),
                    errmsg("%s \"%s\" does not exist", word, identity)));
  });
  throw std::logic_error("ereport returned");
}

[[noreturn]] void raise_ambiguous(const std::string& identity) {
  const char* const text = identity.c_str();
  guard([=] {
    ereport(ERROR,
            (errcode(ERRCODE_AMBIGUOUS_FUNCTION), errmsg("routine name \"%s\" is not unique", text),
             errhint("Specify the argument list to select the routine unambiguously.")));
  });
  throw std::logic_error("ereport returned");
}

std::optional<FoundObject> read(ObjectType type, Oid id, int column = 0) {
  std::optional<FoundObject> found;
  if (OidIsValid(id) &&
      !read_object(type, id, column, [&](const CatalogObject& object) { found.emplace(object); })) {
    found.reset();
  }
  return found;
}

// --- relations and their columns

std::optional<FoundObject> read_relation_object(std::optional<ObjectType> type, Oid id) {
  std::optional<FoundObject> found;
  if (type != ObjectType::sequence) {
    found = read(ObjectType::table, id);
  }
  if (!found && type != ObjectType::table) {
    found = read(ObjectType::sequence, id);
  }
  return found;
}

std::optional<FoundObject> find_relation(std::optional<ObjectType> type, const Names& names) {
  for (const Oid schema : schemas_of_name(names, ObjectType::table)) {
    const NameData name = as_name(names.back());
    const Oid id = guard([&] { return get_relname_relid(NameStr(name), schema); });
    if (std::optional<FoundObject> found = read_relation_object(type, id)) {
      return found;
    }
  }
  return std::nullopt;
}

std::optional<FoundObject> find_column(Names names) {
  const NameData column = as_name(names.back());
  names.pop_back();
  if (names.empty()) {
    return std::nullopt;
  }
  const std::optional<FoundObject> relation = find_relation(std::nullopt, names);
  if (!relation) {
    return std::nullopt;
  }
  const Oid id = relation->object().id;
  const AttrNumber number = guard([&] { return get_attnum(id, NameStr(column)); });
  return number == InvalidAttrNumber ? std::nullopt : read(ObjectType::column, id, number);
}

// --- routines and types: told apart by what the server prints of them

/// What was printed may have been under another quote_all_identifiers than this session's.
template <class Matches>
bool is_printed(const FoundObject& found, Matches matches) {
  const auto printed = [&] {
    const std::optional<std::string> text = identity(found.object());
    return text && matches(*text);
  };
  if (printed()) {
    return true;
  }
  const PlainQuoting quoting;
  return printed();
}

bool is_identity(const FoundObject& found, const std::string& text) {
  return is_printed(found, [&](const std::string& printed) { return printed == text; });
}

std::vector<Oid> routines_named(Oid schema, const NameData& name) {
  std::vector<Oid> found;
  CatalogScan scan(ProcedureRelationId, ProcedureNameArgsNspIndexId,
                   {{Anum_pg_proc_proname, F_NAMEEQ, NameGetDatum(&name)},
                    {Anum_pg_proc_pronamespace, F_OIDEQ, ObjectIdGetDatum(schema)}});
  while (HeapTuple const row = scan.next()) {
    found.push_back(((Form_pg_proc)GETSTRUCT(row))->oid);
  }
  return found;
}

/// Does the identity end in these arguments, behind the routine's name?
bool has_arguments(const FoundObject& routine, const std::optional<std::string>& arguments) {
  if (!arguments) {
    return true;
  }
  return is_printed(routine, [&](const std::string& printed) {
    return rules::split_routine(printed).arguments == arguments;
  });
}

std::optional<FoundObject> find_routine(const std::string& text) {
  const rules::RoutineText routine = rules::split_routine(text);
  const std::optional<Names> names = rules::split_name(routine.name);
  if (!names) {
    return std::nullopt;
  }
  for (const Oid schema : schemas_of_name(*names, ObjectType::routine)) {
    std::optional<FoundObject> found;
    for (const Oid id : routines_named(schema, as_name(names->back()))) {
      std::optional<FoundObject> candidate = read(ObjectType::routine, id);
      if (!candidate || !has_arguments(*candidate, routine.arguments)) {
        continue;
      }
      if (found) {
        raise_ambiguous(text);
      }
      found.emplace(std::move(*candidate));
    }
    if (found) {
      return found;
    }
  }
  return std::nullopt;
}

/// Types of SQL's own are printed under names that are not those of the catalog: `integer`.
std::optional<FoundObject> find_builtin_type(const std::string& text) {
  std::vector<Oid> candidates;
  CatalogScan scan(TypeRelationId, InvalidOid, {});
  while (HeapTuple const row = scan.next([](HeapTuple type) {
    return ((Form_pg_type)GETSTRUCT(type))->typnamespace == PG_CATALOG_NAMESPACE;
  })) {
    candidates.push_back(((Form_pg_type)GETSTRUCT(row))->oid);
  }
  for (const Oid id : candidates) {
    std::optional<FoundObject> found = read(ObjectType::type, id);
    if (found && is_identity(*found, text)) {
      return found;
    }
  }
  return std::nullopt;
}

std::optional<FoundObject> find_type(const std::string& text) {
  const std::optional<Names> names = rules::split_name(text);
  if (!names || names->size() == 1) {
    if (std::optional<FoundObject> found = find_builtin_type(text)) {
      return found;
    }
  }
  if (!names) {
    return std::nullopt;
  }
  for (const Oid schema : schemas_of_name(*names, ObjectType::type)) {
    const NameData name = as_name(names->back());
    const Oid id = guard([&] {
      return GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, NameGetDatum(&name),
                             ObjectIdGetDatum(schema));
    });
    if (std::optional<FoundObject> found = read(ObjectType::type, id)) {
      return found;
    }
  }
  return std::nullopt;
}

// --- what lies in no schema

Oid oid_of_name(ObjectType type, const NameData& name) {
  const char* const text = NameStr(name);
  return guard([=] {
    switch (type) {
      case ObjectType::database:
        return get_database_oid(text, true);
      case ObjectType::foreign_server:
        return get_foreign_server_oid(text, true);
      case ObjectType::foreign_data_wrapper:
        return get_foreign_data_wrapper_oid(text, true);
      case ObjectType::language:
        return get_language_oid(text, true);
      case ObjectType::role:
        return get_role_oid(text, true);
      case ObjectType::schema:
        return get_namespace_oid(text, true);
      case ObjectType::tablespace:
        return get_tablespace_oid(text, true);
      default:
        return InvalidOid;
    }
  });
}

std::optional<FoundObject> find_by_name(ObjectType type, const std::string& text) {
  const std::optional<Names> names = rules::split_name(text);
  if (!names || names->size() != 1) {
    return std::nullopt;
  }
  return read(type, oid_of_name(type, as_name(names->front())));
}

std::optional<FoundObject> find_large_object(const std::string& text) {
  Oid id = InvalidOid;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, id);
  if (error != std::errc() || stop != end) {
    return std::nullopt;
  }
  return read(ObjectType::large_object, id);
}

/// Few enough to look at each.
std::optional<FoundObject> find_default_privileges(const std::string& text) {
  std::vector<Oid> candidates;
  read_objects(ObjectType::default_privileges,
               [&](const CatalogObject& object) { candidates.push_back(object.id); });
  for (const Oid id : candidates) {
    std::optional<FoundObject> found = read(ObjectType::default_privileges, id);
    if (found && is_identity(*found, text)) {
      return found;
    }
  }
  return std::nullopt;
}

/// A parameter of which nothing has been granted is in no catalog.
std::optional<FoundObject> find_parameter(const std::string& text) {
  const char* const given = text.c_str();
  const char* const name = guard([given] { return parameter_name(given); });
  if (name == nullptr) {
    return std::nullopt;
  }
  Oid id = InvalidOid;
  read_objects(ObjectType::parameter, [&](const CatalogObject& object) {
    if (object.name == name) {
      id = object.id;
    }
  });
  if (std::optional<FoundObject> found = read(ObjectType::parameter, id)) {
    return found;
  }
  CatalogObject object;
  object.type = ObjectType::parameter;
  object.name = name;
  object.ownership = {ObjectType::parameter, BOOTSTRAP_SUPERUSERID};
  return FoundObject(object);
}

std::optional<FoundObject> find(const Wanted& wanted) {
  if (wanted.type) {
    switch (*wanted.type) {
      case ObjectType::table:
      case ObjectType::sequence:
      case ObjectType::column:
        break;
      case ObjectType::routine:
        return find_routine(wanted.identity);
      case ObjectType::type:
        return find_type(wanted.identity);
      case ObjectType::large_object:
        return find_large_object(wanted.identity);
      case ObjectType::default_privileges:
        return find_default_privileges(wanted.identity);
      case ObjectType::parameter:
        return find_parameter(wanted.identity);
      default:
        return find_by_name(*wanted.type, wanted.identity);
    }
  }
  const std::optional<Names> names = rules::split_name(wanted.identity);
  if (!names) {
    return std::nullopt;
  }
  return wanted.type == ObjectType::column ? find_column(*names)
                                           : find_relation(wanted.type, *names);
}

}  // namespace

FoundObject::FoundObject(const CatalogObject& object) : object_(object) {
  if (object.acl) {
    acl_.assign(object.acl->begin(), object.acl->end());
    object_.acl = acl_;
  }
  if (object.relation_acl) {
    relation_acl_.assign(object.relation_acl->begin(), object.relation_acl->end());
    object_.relation_acl = relation_acl_;
  }
}

FoundObject find_object(const std::string& text) {
  const Wanted wanted = split_type(text);
  std::optional<FoundObject> found = find(wanted);
  if (!found) {
    raise_unknown(wanted);
  }
  return std::move(*found);
}

}  // namespace conncheck::server
