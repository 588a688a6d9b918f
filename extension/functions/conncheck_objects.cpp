// conncheck_objects(role, object_types, include_system)
#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "extension/functions/module.hpp"
#include "extension/functions/relation_usability.hpp"
#include "extension/rules/object.hpp"
#include "extension/server/memory.hpp"
#include "extension/server/object_catalog.hpp"
#include "extension/server/object_identity.hpp"
#include "extension/server/parameters.hpp"
#include "extension/server/row_writer.hpp"
#include "extension/server/schemas.hpp"

CONNCHECK_SQL_FUNCTION(conncheck_objects);

namespace conncheck::functions {
namespace {

using rules::Answer;
using rules::ObjectType;

struct ReportedObject {
  const server::Schema* schema = nullptr;  ///< nullptr: lies in none
  std::string name;
  std::string identity;
  std::optional<rules::RoleId> owner;
  rules::Grants grants;
  rules::Membership membership;  ///< of roles, in place of `grants`
  Answer usable = Answer::no;
};

/// In C order; what lies in no schema comes last, as NULL does.
bool goes_before(const ReportedObject& a, const ReportedObject& b) {
  if ((a.schema == nullptr) != (b.schema == nullptr)) {
    return a.schema != nullptr;
  }
  if (a.schema != nullptr && a.schema != b.schema) {
    return a.schema->name < b.schema->name;
  }
  return std::tie(a.name, a.identity) < std::tie(b.name, b.identity);
}

/// One that is not defined yet will be seen when it is.
bool can_use_parameter(const std::string& name, PrivilegeSet held) {
  const std::optional<rules::Parameter> parameter = server::read_parameter(name);
  return !parameter || (held.has(Privilege::set) && rules::takes_set(parameter->context)) ||
         (held.has(Privilege::alter_system) && rules::takes_alter_system(*parameter));
}

/// The objects of one database that mean something to one role, a type at a time.
class ObjectReport {
 public:
  ObjectReport(server::Roles& roles, rules::Role& role, bool include_system)
      : role_(role),
        include_system_(include_system),
        schemas_(server::read_schemas(role, include_system)),
        relations_(roles, role.id()) {}

  [[nodiscard]] std::vector<ReportedObject> objects(ObjectType type);

 private:
  std::optional<ReportedObject> report(const server::CatalogObject& object);
  [[nodiscard]] bool is_left_out(const server::CatalogObject& object) const;
  Answer usable(const server::CatalogObject& object, const ReportedObject& reported);

  rules::Role& role_;
  bool include_system_;
  server::Schemas schemas_;
  RelationUsability relations_;
};

/// Apart from what lies in a system schema: what initdb made. Databases and roles are of interest
/// all the same, and large objects may have any number.
bool ObjectReport::is_left_out(const server::CatalogObject& object) const {
  switch (object.type) {
    case ObjectType::database:
    case ObjectType::role:
    case ObjectType::large_object:
      return false;
    case ObjectType::schema:
      return !schemas_.contains(object.id);
    default:
      break;
  }
  if (OidIsValid(object.schema)) {
    return !schemas_.contains(object.schema);
  }
  return !include_system_ && object.id < FirstNormalObjectId;
}

Answer ObjectReport::usable(const server::CatalogObject& object, const ReportedObject& reported) {
  if (object.unusable || (object.superusers_only && !role_.superuser()) ||
      (reported.schema != nullptr && !reported.schema->grants.can_use)) {
    return Answer::no;
  }
  switch (object.type) {
    case ObjectType::role:
      return rules::answer(reported.membership.usage || reported.membership.set);
    case ObjectType::large_object:  // the server opens none for writing alone
      return rules::answer(reported.grants.privileges.has(Privilege::select));
    case ObjectType::table:
    case ObjectType::column:
      return relations_.can_use_one(object, reported.grants.privileges);
    case ObjectType::parameter:
      return rules::answer(can_use_parameter(object.name, reported.grants.privileges));
    default:
      return Answer::yes;
  }
}

/// nullopt: of no interest to the role, or gone.
std::optional<ReportedObject> ObjectReport::report(const server::CatalogObject& object) {
  if (is_left_out(object)) {
    return std::nullopt;
  }
  ReportedObject reported;
  if (object.type == ObjectType::role) {
    reported.membership = server::membership(role_.id(), object.id);
    if (!reported.membership.member) {
      return std::nullopt;
    }
  } else {
    reported.grants = server::grants_on(object, role_);
    if (reported.grants.privileges.empty()) {
      return std::nullopt;
    }
  }
  std::optional<std::string> identity = server::identity(object);
  if (!identity) {
    return std::nullopt;
  }
  reported.identity = std::move(*identity);
  reported.name = object.name;
  if (OidIsValid(object.schema)) {
    reported.schema = &schemas_.at(object.schema);
  }
  if (object.type != ObjectType::role && object.type != ObjectType::parameter) {
    reported.owner = object.ownership.owner;
  }
  reported.usable = usable(object, reported);
  return reported;
}

std::vector<ReportedObject> ObjectReport::objects(ObjectType type) {
  std::vector<ReportedObject> reported;
  server::read_objects(type, [&](const server::CatalogObject& object) {
    if (std::optional<ReportedObject> row = report(object)) {
      reported.push_back(std::move(*row));
    }
  });
  std::sort(reported.begin(), reported.end(), [](const ReportedObject& a, const ReportedObject& b) {
    server::check_for_interrupts();
    return goes_before(a, b);
  });
  return reported;
}

std::vector<std::string> words(PrivilegeSet privileges) {
  std::vector<std::string> result;
  for (const Privilege privilege : all_privileges) {
    if (privileges.has(privilege)) {
      result.emplace_back(to_string(privilege));
    }
  }
  return result;
}

/// pg_has_role()'s words.
std::vector<std::string> words(const rules::Membership& membership) {
  std::vector<std::string> result;
  if (membership.member) {
    result.emplace_back("MEMBER");
  }
  if (membership.usage) {
    result.emplace_back("USAGE");
  }
  if (membership.set) {
    result.emplace_back("SET");
  }
  return result;
}

server::Row row_of(ObjectType type, const ReportedObject& object, const std::string& role_name,
                   server::Roles& roles) {
  server::Row row;
  row.name(role_name);
  row.text(to_string(type));
  object.schema == nullptr ? row.null() : row.name(object.schema->name);
  row.text(object.name);
  row.text(object.identity);
  object.owner ? row.name(roles.name(*object.owner)) : row.null();
  if (type == ObjectType::role) {
    row.text_array(words(object.membership));
    row.text_array(words(rules::Membership{.member = object.membership.admin}));
  } else {
    row.text_array(words(object.grants.privileges));
    row.text_array(words(object.grants.grantable));
  }
  row.boolean(object.usable == Answer::unknown ? std::nullopt
                                               : std::optional(object.usable == Answer::yes));
  return row;
}

[[noreturn]] void raise_unknown_type(const char* word) {
  std::string known;
  for (const ObjectType type : rules::all_object_types) {
    known += known.empty() ? "" : ", ";
    known += to_string(type);
  }
  const char* const hint = known.c_str();
  server::guard([=] {
    ereport(ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown object type: \"%s\"", word),
             errhint("Object types are: %s.", hint)));
  });
  std::abort();  // not reached
}

struct Words {
  Datum* values;
  bool* nulls;
  int count;
};

Words text_array(FunctionCallInfo fcinfo, int argument) {
  return server::guard([=] {
    Words words{};
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(argument), TEXTOID, -1, false, TYPALIGN_INT,
                      &words.values, &words.nulls, &words.count);
    return words;
  });
}

/// In the order of listings; all of them for NULL.
std::vector<ObjectType> types_argument(FunctionCallInfo fcinfo, int argument) {
  std::vector<ObjectType> types(rules::all_object_types.begin(), rules::all_object_types.end());
  if (PG_ARGISNULL(argument)) {
    return types;
  }
  std::vector<ObjectType> wanted;
  const Words words = text_array(fcinfo, argument);
  for (int i = 0; i < words.count; ++i) {
    server::check_for_interrupts();
    const Datum value = words.values[i];
    const char* const word =
        words.nulls[i] ? "NULL" : server::guard([=] { return TextDatumGetCString(value); });
    const std::optional<ObjectType> type = rules::object_type_from(word);
    if (!type) {
      raise_unknown_type(word);
    }
    wanted.push_back(*type);
  }
  std::erase_if(types, [&](ObjectType type) {
    return std::find(wanted.begin(), wanted.end(), type) == wanted.end();
  });
  return types;
}

void write_objects(FunctionCallInfo fcinfo) {
  server::RowWriter writer(fcinfo);
  server::Roles roles;
  rules::Role& role = roles.role(server::role_argument(fcinfo, 0));
  const std::vector<ObjectType> types = types_argument(fcinfo, 1);
  ObjectReport report(roles, role, !PG_ARGISNULL(2) && PG_GETARG_BOOL(2));

  const std::string& role_name = roles.name(role.id());
  server::ScratchMemory memory;
  for (const ObjectType type : types) {
    for (const ReportedObject& object : report.objects(type)) {
      server::check_for_interrupts();
      writer.put(row_of(type, object, role_name, roles));
      memory.reset();
    }
  }
}

}  // namespace
}  // namespace conncheck::functions

Datum conncheck_objects(PG_FUNCTION_ARGS) {
  conncheck::server::entry([fcinfo] { conncheck::functions::write_objects(fcinfo); });
  return Datum{0};
}
