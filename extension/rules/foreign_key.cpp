#include "extension/rules/foreign_key.hpp"

namespace conncheck::rules {
namespace {

/// SELECT … FOR KEY SHARE: it asks for UPDATE on any column.
PermissionCheck locking(RelationId table, const std::vector<int>& columns) {
  return {table, {Privilege::select, Privilege::update}, columns, {}, {}};
}

}  // namespace

std::vector<PermissionCheck> checks_of_new_key(const ForeignKey& key) {
  return {locking(key.referenced, key.referenced_columns)};
}

std::vector<PermissionCheck> checks_of_lost_key(const ForeignKey& key, Write write) {
  const bool deletes = write == Write::delete_;
  switch (deletes ? key.on_delete : key.on_update) {
    case ReferentialAction::none:
      // Another row may have the key by now: the server looks there first.
      return {locking(key.referenced, key.referenced_columns),
              locking(key.referencing, key.referencing_columns)};
    case ReferentialAction::forbid:
      return {locking(key.referencing, key.referencing_columns)};
    case ReferentialAction::cascade:
      if (deletes) {
        return {{key.referencing,
                 {Privilege::select, Privilege::delete_},
                 key.referencing_columns,
                 {},
                 {}}};
      }
      break;
    case ReferentialAction::set:
      break;
  }
  const std::vector<int>& assigned = deletes && !key.columns_set_on_delete.empty()
                                         ? key.columns_set_on_delete
                                         : key.referencing_columns;
  return {{key.referencing,
           {Privilege::select, Privilege::update},
           key.referencing_columns,
           {},
           assigned}};
}

}  // namespace conncheck::rules
