// Foreign keys: what the server asks for when it checks one, and of whom.
#pragma once

#include <string>
#include <vector>

#include "extension/rules/demands.hpp"
#include "extension/rules/relation.hpp"

namespace conncheck::rules {

enum class ReferentialAction { none, forbid, cascade, set };

struct ForeignKey {
  std::string name;
  RelationId referencing = 0;
  RelationId referenced = 0;
  std::vector<int> referencing_columns;
  std::vector<int> referenced_columns;
  std::vector<int> columns_set_on_delete;  ///< some of the referencing ones
  ReferentialAction on_update = ReferentialAction::none;
  ReferentialAction on_delete = ReferentialAction::none;
};

/// What is asked when a row of the referencing table gets a key. Each of these is asked of the
/// owner of the table that it names, who needs USAGE on its schema as well: the server runs a query
/// of its own as that role.
[[nodiscard]] std::vector<PermissionCheck> checks_of_new_key(const ForeignKey& key);

/// What is asked when a row of the referenced table loses its key, by UPDATE or DELETE.
[[nodiscard]] std::vector<PermissionCheck> checks_of_lost_key(const ForeignKey& key, Write write);

}  // namespace conncheck::rules
