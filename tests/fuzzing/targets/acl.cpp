// What ACLs give. Nothing in conncheck reads an ACL as text: the extension gets the server's own
// items, the program asks the server. So the input is items, five bytes each: the grantee,
// privileges, grant options.
#include "extension/rules/acl.hpp"

#include "tests/fuzzing/invariant.hpp"

using namespace conncheck;
using namespace conncheck::fuzzing;

namespace {

constexpr rules::RoleId owner = 3;

/// The first byte: which of eight roles' privileges the role has.
rules::Role role_with(std::uint8_t memberships) {
  return {7, {}, {1, 2, 4}, [memberships](rules::RoleId other) {
            return other < 8 && (memberships >> other & 1) != 0;
          }};
}

PrivilegeSet relevant(const std::vector<rules::AclItem>& items, rules::Role& role,
                      PrivilegeSet rules::AclItem::*member) {
  PrivilegeSet all;
  for (const rules::AclItem& item : items) {
    if (item.grantee == rules::public_role || role.has_privileges_of(item.grantee)) {
      all = all | item.*member;
    }
  }
  return all;
}

void check_relation(const std::vector<rules::AclItem>& items, std::uint8_t memberships) {
  rules::Role role = role_with(memberships);
  const rules::Grants held = relation_grants(role, {owner, false}, std::span(items));
  const PrivilegeSet direct = relevant(items, role, &rules::AclItem::privileges);
  demand(held.privileges.has_all(direct), "a grant was missed");
  demand(held.privileges.has_all(held.grantable), "grantable, but not held");
  const bool has_predefined =
      role.reads_all_data() || role.writes_all_data() || role.maintains_all();
  demand(has_predefined || held.privileges == direct, "a privilege came from nowhere");
  const rules::Grants of_catalog = relation_grants(role, {owner, true}, std::span(items));
  demand(!of_catalog.privileges.has_any(
             {Privilege::insert, Privilege::update, Privilege::delete_, Privilege::truncate}),
         "a system catalog may be written to");
  const rules::Grants by_default = relation_grants(role, {owner, false}, std::nullopt);
  demand(!role.has_privileges_of(owner) || by_default.privileges.has(Privilege::truncate),
         "an owner without the default privileges");
}

void check_others(const std::vector<rules::AclItem>& items, std::uint8_t memberships) {
  rules::Role role = role_with(memberships);
  const PrivilegeSet direct = relevant(items, role, &rules::AclItem::privileges);
  demand(direct.has_all(column_grants(role, items)), "a column's privilege came from nowhere");
  const rules::SchemaGrants schema = schema_grants(role, owner, std::span(items));
  const bool reads_or_writes_all = role.reads_all_data() || role.writes_all_data();
  demand(schema.can_use == (direct.has(Privilege::usage) || reads_or_writes_all), "USAGE");
  demand(schema.can_create == direct.has(Privilege::create), "CREATE");
  demand(schema_grants(role, owner, std::nullopt).can_create == role.has_privileges_of(owner),
         "the schema's default privileges");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  std::vector<rules::AclItem> items;
  for (std::size_t at = 1; at + 4 < size; at += 5) {
    const auto bits = [&](std::size_t i) { return data[i] | data[i + 1] << 8; };
    items.push_back({data[at] % 10U, PrivilegeSet::from_bits(bits(at + 1)),
                     PrivilegeSet::from_bits(bits(at + 3)), owner});
  }
  check_relation(items, data[0]);
  check_others(items, data[0]);
  return 0;
}
