#include "extension/server/default_privileges.hpp"

#include <vector>

#include "extension/server/acl_items.hpp"
#include "extension/server/catalog_scan.hpp"
#include "extension/server/memory.hpp"

namespace conncheck::server {
namespace {

using rules::ObjectType;

struct Kind {
  char code;
  ObjectType objects;
  const char* name;
};

/// Large objects have default privileges from version 18 on.
constexpr Kind kinds[] = {
    {'r', ObjectType::table, "tables"},      {'S', ObjectType::sequence, "sequences"},
    {'f', ObjectType::routine, "functions"}, {'T', ObjectType::type, "types"},
    {'n', ObjectType::schema, "schemas"},    {'L', ObjectType::large_object, "large objects"},
};
static_assert(DEFACLOBJ_RELATION == 'r' && DEFACLOBJ_SEQUENCE == 'S' && DEFACLOBJ_FUNCTION == 'f' &&
              DEFACLOBJ_TYPE == 'T' && DEFACLOBJ_NAMESPACE == 'n');

const Kind* kind_of(char code) {
  for (const Kind& kind : kinds) {
    if (kind.code == code) {
      return &kind;
    }
  }
  return nullptr;
}

Form_pg_default_acl entry(HeapTuple row) { return (Form_pg_default_acl)GETSTRUCT(row); }

std::vector<rules::AclItem> items_of(HeapTuple row, TupleDesc descriptor) {
  DeformedRow<Natts_pg_default_acl> columns;
  columns.deform(row, descriptor);
  return acl_items(columns[Anum_pg_default_acl_defaclacl]);
}

std::vector<rules::AclItem> built_in(ObjectType objects, rules::RoleId owner) {
  const rules::DefaultAcl defaults = rules::default_acl(objects);
  return {{owner, defaults.to_owner, {}, owner},
          {rules::public_role, defaults.to_public, {}, owner}};
}

/// What holds in schemas for which nothing has been set.
std::vector<rules::AclItem> in_the_database(ObjectType objects, rules::RoleId owner, char code) {
  CatalogScan scan(DefaultAclRelationId, DefaultAclRoleNspObjIndexId,
                   {{Anum_pg_default_acl_defaclrole, F_OIDEQ, ObjectIdGetDatum(owner)},
                    {Anum_pg_default_acl_defaclnamespace, F_OIDEQ, ObjectIdGetDatum(InvalidOid)},
                    {Anum_pg_default_acl_defaclobjtype, F_CHAREQ, CharGetDatum(code)}});
  HeapTuple const row = scan.next();
  if (row == nullptr) {
    return built_in(objects, owner);
  }
  std::vector<rules::AclItem> items = items_of(row, scan.descriptor());
  scan.close();
  return items;
}

void hand_over(HeapTuple row, TupleDesc descriptor, const EachObject& each) {
  const Kind* const kind = kind_of(entry(row)->defaclobjtype);
  if (kind == nullptr) {
    return;
  }
  CatalogObject object;
  object.type = ObjectType::default_privileges;
  object.id = entry(row)->oid;
  object.schema = entry(row)->defaclnamespace;
  object.name = kind->name;
  object.ownership = {kind->objects, entry(row)->defaclrole};
  std::vector<rules::AclItem> items = items_of(row, descriptor);
  if (OidIsValid(object.schema)) {
    const std::vector<rules::AclItem> before =
        in_the_database(kind->objects, object.ownership.owner, kind->code);
    items.insert(items.end(), before.begin(), before.end());
  }
  if (!items.empty()) {
    object.acl = items;
  }
  each(object);
}

}  // namespace

bool read_default_privileges(Oid id, const EachObject& each) {
  const ScanCondition by_id{Anum_pg_default_acl_oid, F_OIDEQ, ObjectIdGetDatum(id)};
  std::optional<CatalogScan> scan;
  if (OidIsValid(id)) {
    scan.emplace(DefaultAclRelationId, DefaultAclOidIndexId,
                 std::initializer_list<ScanCondition>{by_id});
  } else {
    scan.emplace(DefaultAclRelationId, InvalidOid, std::initializer_list<ScanCondition>{});
  }
  ScratchMemory memory;
  bool found = false;
  while (HeapTuple const row = scan->next()) {
    hand_over(row, scan->descriptor(), each);
    found = true;
  }
  return found;
}

}  // namespace conncheck::server
