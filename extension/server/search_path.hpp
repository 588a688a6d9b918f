// Where a name is looked for.
#pragma once

#include <string>
#include <vector>

#include "extension/rules/object.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

/// The name as catalogs store it, cut to their length like every name in SQL.
[[nodiscard]] NameData as_name(const std::string& text);

/// The schemas in which an object of that name is to be looked for, in their order: the one that
/// qualifies it, else those of the search_path, first the ones that the current role may use, as
/// SQL sees no others. Empty if the schema does not exist, or the name has too many parts.
[[nodiscard]] std::vector<Oid> schemas_of_name(const std::vector<std::string>& names,
                                               rules::ObjectType type);

}  // namespace conncheck::server
