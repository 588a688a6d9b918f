// The SQL of a check: session facts, and what the extension would say, asked of the catalogs alone.
#pragma once

#include <string>

namespace conncheck {

/// Who and where we are, and whether the extension can be used. One row; no parameter.
/// Columns: see session_columns in rows.cpp.
[[nodiscard]] std::string session_query(int server_version_num);

/// Every role's name, in C order. No parameter.
[[nodiscard]] const char* role_names_query();

/// Relations that belong to an extension: schema_name, table_name. No parameter.
[[nodiscard]] const char* extension_members_query();

/// What the catalogs hold besides relations, without what initdb puts there.
struct CatalogContents {
  bool rules = true;  ///< of views, too, and policies
  bool foreign_tables = true;
  bool written_expressions = true;  ///< that may call a function whenever a row is written
};

/// Its columns, in that order. Parameter: $1 boolean, whether the extension answers where it is
/// installed; nothing is looked up then.
[[nodiscard]] const char* catalog_contents_query();

/// To be run before permissions_query() where there are rules, in the same transaction: the planner
/// expects a multiple of what such a query finds, and the server reserves memory for it.
[[nodiscard]] const char* rules_memory_statement();

/// The rows of conncheck_permissions(), from has_*_privilege and the stored rules of views.
/// Parameters: $1 text role (an existing one, or `public`), $2 boolean include_system,
/// $3 boolean include_invisible. The search_path must be `pg_catalog, pg_temp`.
/// Takes no lock on a user's relation but on foreign tables, and never waits for one.
/// It leaves out what the catalogs do not hold: most of it is about that, and planned each time.
[[nodiscard]] std::string permissions_query(int server_version_num,
                                            const CatalogContents& contents);

/// The rows of conncheck_schemas() without its counts. Parameters as above, but for $3.
[[nodiscard]] const char* schemas_query();

/// The same rows from the extension in `schema` (an SQL identifier, quoted already).
/// Parameters as for permissions_query(); every argument has its exact type, so that an overload
/// planted beside the function is not called.
[[nodiscard]] std::string extension_permissions_query(const std::string& schema);
[[nodiscard]] std::string extension_schemas_query(const std::string& schema);

/// What information_schema knows: schema_name, table_name, kind, privileges and grantable as JSON.
/// Standard SQL as far as it goes; no parameter.
[[nodiscard]] const char* information_schema_query();
[[nodiscard]] const char* information_schema_session_query();

}  // namespace conncheck
