#include "extension/server/grant_statement.hpp"

#include "extension/server/object_identity.hpp"

namespace conncheck::server {
namespace {

using rules::ObjectType;

/// The words between ON and the object's name.
const char* keyword(ObjectType type) {
  switch (type) {
    case ObjectType::column:
    case ObjectType::table:
      return "TABLE";
    case ObjectType::database:
      return "DATABASE";
    case ObjectType::foreign_server:
      return "FOREIGN SERVER";
    case ObjectType::foreign_data_wrapper:
      return "FOREIGN DATA WRAPPER";
    case ObjectType::language:
      return "LANGUAGE";
    case ObjectType::large_object:
      return "LARGE OBJECT";
    case ObjectType::parameter:
      return "PARAMETER";
    case ObjectType::schema:
      return "SCHEMA";
    case ObjectType::sequence:
      return "SEQUENCE";
    case ObjectType::tablespace:
      return "TABLESPACE";
    case ObjectType::default_privileges:
    case ObjectType::role:
    case ObjectType::routine:
    case ObjectType::type:
      break;
  }
  return "";
}

std::string in_parentheses(const std::vector<std::string>& columns) {
  std::string list;
  for (const std::string& column : columns) {
    list += list.empty() ? " (" : ", ";
    list += quoted(column);
  }
  return list.empty() ? list : list + ")";
}

std::string upper(std::string words) {
  for (char& letter : words) {
    letter = letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
  }
  return words;
}

/// nullopt: the schema is gone.
std::optional<std::string> alter_default_privileges(Roles& roles, const CatalogObject& object,
                                                    Privilege privilege,
                                                    const std::string& grantee) {
  std::string scope = "FOR ROLE " + quoted(roles.name(object.ownership.owner));
  if (const Oid schema = object.schema; OidIsValid(schema)) {
    const char* const name = guard([schema] { return get_namespace_name(schema); });
    if (name == nullptr) {
      return std::nullopt;
    }
    scope += " IN SCHEMA " + quoted(name);
  }
  return "ALTER DEFAULT PRIVILEGES " + scope + " GRANT " + std::string(to_string(privilege)) +
         " ON " + upper(object.name) + " TO " + grantee;
}

/// What follows ON: of a column the relation's.
std::optional<std::string> granted_object(const CatalogObject& object) {
  if (object.type == ObjectType::routine || object.type == ObjectType::type) {
    return routine_or_type_to_grant(object);
  }
  std::optional<std::string> name = identity(object);
  if (name && object.type == ObjectType::column) {
    name->resize(name->size() - quoted(object.name).size() - 1);
  }
  return name ? std::optional(std::string(keyword(object.type)) + " " + *name) : name;
}

}  // namespace

std::string quoted(const std::string& identifier) {
  const char* const text = identifier.c_str();
  return guard([text] { return quote_identifier(text); });
}

std::string grantee(Roles& roles, rules::RoleId role) {
  return role == rules::public_role ? "PUBLIC" : quoted(roles.name(role));
}

bool is_for_superusers_alone(const CatalogObject& object, Privilege privilege) {
  constexpr PrivilegeSet changes = {Privilege::insert, Privilege::update, Privilege::delete_,
                                    Privilege::truncate, Privilege::usage};
  return object.ownership.protected_catalog && changes.has(privilege);
}

std::optional<std::string> grant_statement(Roles& roles, const CatalogObject& object,
                                           Privilege privilege, rules::RoleId role,
                                           const std::vector<std::string>& columns) {
  if (is_for_superusers_alone(object, privilege)) {
    return std::nullopt;
  }
  const std::string to = grantee(roles, role);
  if (object.type == ObjectType::default_privileges) {
    return alter_default_privileges(roles, object, privilege, to);
  }
  const std::optional<std::string> granted = granted_object(object);
  if (!granted) {
    return std::nullopt;
  }
  const bool is_column = object.type == ObjectType::column;
  return "GRANT " + std::string(to_string(privilege)) +
         in_parentheses(is_column ? std::vector{object.name} : columns) + " ON " + *granted +
         " TO " + to;
}

}  // namespace conncheck::server
