#include "extension/server/search_path.hpp"

#include <algorithm>

#include "extension/server/version.hpp"

namespace conncheck::server {
namespace {

Oid schema_named(const std::string& text) {
  const NameData name = as_name(text);
  // pg_temp is this session's, and no schema before its first temporary table.
  return guard([&] { return LookupNamespaceNoError(NameStr(name)); });
}

bool current_role_may_use(Oid schema) {
  return guard([schema] { return may_use_schema(schema, GetUserId()); });
}

/// What search_path names, in its order and as it is now; a broken one names nothing.
std::vector<std::string> named_schemas() {
  List* const list = guard([] {
    List* names = NIL;
    return SplitIdentifierString(pstrdup(namespace_search_path), ',', &names) ? names : NIL;
  });
  std::vector<std::string> names;
  for (int i = 0; i < list_length(list); ++i) {
    const char* name = static_cast<const char*>(list_nth(list, i));
    if (strcmp(name, "$user") == 0) {
      name = guard([] { return GetUserNameFromId(GetUserId(), true); });
    }
    if (name != nullptr) {
      names.emplace_back(name);
    }
  }
  return names;
}

std::vector<Oid> search_path(rules::ObjectType type) {
  std::vector<std::string> names = named_schemas();
  const auto is_named = [&](const char* name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (!is_named("pg_catalog")) {
    names.insert(names.begin(), "pg_catalog");
  }
  if (type == rules::ObjectType::routine) {
    std::erase(names, "pg_temp");  // never searched for routines
  } else if (!is_named("pg_temp")) {
    names.insert(names.begin(), "pg_temp");
  }
  std::vector<Oid> schemas;
  for (const std::string& name : names) {
    const Oid schema = schema_named(name);
    if (OidIsValid(schema) && std::find(schemas.begin(), schemas.end(), schema) == schemas.end()) {
      schemas.push_back(schema);
    }
  }
  std::stable_partition(schemas.begin(), schemas.end(), current_role_may_use);
  return schemas;
}

}  // namespace

NameData as_name(const std::string& text) {
  NameData name = {};
  const char* const bytes = text.c_str();
  const int size = static_cast<int>(text.size());
  guard([&name, bytes, size] {
    // Never within a character.
    memcpy(NameStr(name), bytes, pg_mbcliplen(bytes, size, NAMEDATALEN - 1));
  });
  return name;
}

std::vector<Oid> schemas_of_name(const std::vector<std::string>& names, rules::ObjectType type) {
  if (names.size() == 1) {
    return search_path(type);
  }
  if (names.size() != 2) {
    return {};
  }
  const Oid schema = schema_named(names.front());
  return OidIsValid(schema) ? std::vector{schema} : std::vector<Oid>{};
}

}  // namespace conncheck::server
