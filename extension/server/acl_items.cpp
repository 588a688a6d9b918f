#include "extension/server/acl_items.hpp"

namespace conncheck::server {
namespace {

/// Behind the array's length, which a catalog's row may store in one byte instead of four. What
/// follows is then at any address: it is copied, never pointed at.
struct Items {
  const char* first;
  std::size_t count;
};

Items items_of(const varlena* array) {
  constexpr std::size_t offset = ARR_OVERHEAD_NONULLS(1) - VARHDRSZ;
  const char* const bytes = VARDATA_ANY(array);
  const std::size_t size = VARSIZE_ANY_EXHDR(array);
  // An empty array may be without dimensions, and end before the items would begin.
  return size > offset ? Items{bytes + offset, (size - offset) / sizeof(AclItem)} : Items{bytes, 0};
}

template <class Field>
Field field_at(const char* bytes) {
  Field field;
  memcpy(&field, bytes, sizeof field);
  return field;
}

/// Field by field: a copy of the whole item would go through memory.
rules::AclItem item_at(const char* bytes) {
  AclItem item;
  item.ai_privs = field_at<decltype(item.ai_privs)>(bytes + offsetof(AclItem, ai_privs));
  return {field_at<Oid>(bytes + offsetof(AclItem, ai_grantee)),
          PrivilegeSet::from_bits(ACLITEM_GET_PRIVS(item)),
          PrivilegeSet::from_bits(ACLITEM_GET_GOPTIONS(item)),
          field_at<Oid>(bytes + offsetof(AclItem, ai_grantor))};
}

}  // namespace

void read_acl_items(Datum acl, std::vector<rules::AclItem>& items) {
  const auto* array = (const varlena*)DatumGetPointer(acl);
  if (VARATT_IS_COMPRESSED(array) || VARATT_IS_EXTERNAL(array)) {
    array = guard([acl] { return (const varlena*)DatumGetAclP(acl); });
  }
  const auto [first, count] = items_of(array);
  items.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    items[i] = item_at(first + i * sizeof(AclItem));
  }
}

std::vector<rules::AclItem> acl_items(Datum acl) {
  std::vector<rules::AclItem> items;
  read_acl_items(acl, items);
  return items;
}

// Not heap_getattr(): see DeformedRow. It raises nothing, so it needs no guard.
Datum variable_column(HeapTuple row, int column, TupleDesc descriptor) {
  return nocachegetattr(row, column, descriptor);
}

}  // namespace conncheck::server
