// Names as SQL text wants them: quoted where they must be, as Postgres's quote_ident() does.
#pragma once

#include <string>
#include <string_view>

namespace conncheck {

/// `name` as an SQL identifier, as quote_ident() of PostgreSQL 18 writes it; its keywords include
/// those of all earlier versions. Names the same object whatever is in `name`.
[[nodiscard]] std::string quote_ident(std::string_view name);

/// As quote_ident(), except that a name with control characters, bidirectional overrides or other
/// invisible characters is written as U&"…": such a statement can be printed, copied and run.
[[nodiscard]] std::string quote_ident_visibly(std::string_view name);

/// `schema.table`, each part by quote_ident_visibly().
[[nodiscard]] std::string quote_relation(std::string_view schema, std::string_view table);

/// The grantee of a GRANT: PUBLIC for the pseudo role `public` (no role can have that name).
[[nodiscard]] std::string quote_grantee(std::string_view role);

}  // namespace conncheck
