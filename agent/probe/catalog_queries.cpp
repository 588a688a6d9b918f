#include "agent/probe/catalog_queries.hpp"

#include <fmt/format.h>

namespace conncheck {
namespace {

constexpr int postgres_16 = 160000;

}  // namespace

std::string session_query(int server_version_num) {
  // Up to 15 membership itself allows SET ROLE; from 16 on SET is an option of each grant.
  return fmt::format(R"sql(
SELECT current_user, session_user, current_database(), current_setting('server_version'),
       current_setting('server_version_num'), r.rolsuper, r.rolbypassrls, pg_is_in_recovery(),
       current_setting('default_transaction_read_only') = 'on',
       array_to_json(ARRAY(SELECT o.rolname FROM pg_roles o
                           WHERE NOT r.rolsuper AND o.oid <> r.oid AND pg_has_role(r.oid, o.oid, '{set_role}')
                             AND NOT pg_has_role(r.oid, o.oid, 'USAGE')
                           ORDER BY o.rolname COLLATE "C")),
       e.extversion, quote_ident(n.nspname),
       coalesce(has_schema_privilege(n.oid, 'USAGE') AND (
         SELECT bool_and(has_function_privilege(p.oid, 'EXECUTE')) AND count(*) = 2
         FROM pg_proc p
         JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
                         AND d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
         WHERE p.pronamespace = n.oid
           AND (p.proname, oidvectortypes(p.proargtypes)) IN (
                 ('conncheck_permissions', 'name, text, text, boolean, boolean'),
                 ('conncheck_schemas', 'name, boolean'))), false)
FROM pg_roles r
LEFT JOIN pg_extension e ON e.extname = 'conncheck'
LEFT JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE r.rolname = current_user
)sql",
                     fmt::arg("set_role", server_version_num >= postgres_16 ? "SET" : "MEMBER"));
}

const char* role_names_query() {
  return R"sql(SELECT r.rolname FROM pg_roles r ORDER BY r.rolname COLLATE "C")sql";
}

const char* extension_members_query() {
  return R"sql(
SELECT n.nspname, c.relname FROM pg_depend d
JOIN pg_class c ON c.oid = d.objid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE d.classid = 'pg_class'::regclass AND d.deptype = 'e' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
)sql";
}

const char* schemas_query() {
  return R"sql(
WITH me AS MATERIALIZED (
  SELECT r.oid FROM pg_roles r WHERE r.rolname = $1::text
  UNION ALL SELECT 0::oid WHERE $1::text = 'public'
)
SELECT n.nspname, pg_get_userbyid(n.nspowner), has_schema_privilege(me.oid, n.oid, 'USAGE'),
       has_schema_privilege(me.oid, n.oid, 'CREATE')
FROM pg_namespace n CROSS JOIN me
WHERE (n.oid = pg_my_temp_schema() OR NOT starts_with(n.nspname::text, 'pg_temp_'))
  AND ($2::boolean OR NOT (n.nspname IN ('pg_catalog', 'information_schema')
                           OR starts_with(n.nspname::text, 'pg_toast')))
ORDER BY n.nspname COLLATE "C"
)sql";
}

std::string extension_permissions_query(const std::string& schema) {
  return fmt::format(R"sql(
SELECT role_name, schema_name, table_name, kind, can_read, can_write, can_truncate,
       array_to_json(privileges), array_to_json(grantable), column_privileges, owner, row_security,
       array_to_json(blocked_by)
FROM {}.conncheck_permissions($1::name, NULL::text, NULL::text, $2::boolean, $3::boolean)
)sql",
                     schema);
}

std::string extension_schemas_query(const std::string& schema) {
  return fmt::format(R"sql(
SELECT schema_name, owner, can_use, can_create
FROM {}.conncheck_schemas($1::name, $2::boolean)
)sql",
                     schema);
}

const char* information_schema_query() {
  return R"sql(
SELECT p.table_schema, p.table_name, t.table_type, p.privilege_type, p.is_grantable
FROM information_schema.table_privileges p
JOIN information_schema.tables t ON t.table_schema = p.table_schema AND t.table_name = p.table_name
WHERE p.grantee IN (current_user, 'PUBLIC')
  AND p.table_schema NOT IN ('information_schema', 'pg_catalog')
ORDER BY p.table_schema, p.table_name
)sql";
}

const char* information_schema_session_query() {
  return "SELECT current_user, session_user, current_catalog";
}

}  // namespace conncheck
