// The names of objects as pg_identify_object() prints them.
#pragma once

#include <optional>
#include <string>

#include "extension/server/object_catalog.hpp"

namespace conncheck::server {

/// `public.orders`, `public.f(integer,text)`, `public.orders.id`, quoted where SQL asks for it.
/// nullopt if the object, or what its name is made of, has been dropped meanwhile.
[[nodiscard]] std::optional<std::string> identity(const CatalogObject& object);

/// A routine or a type as GRANT takes it, with the word that says which: `FUNCTION
/// public.f(integer)`. nullopt as above.
[[nodiscard]] std::optional<std::string> routine_or_type_to_grant(const CatalogObject& object);

}  // namespace conncheck::server
