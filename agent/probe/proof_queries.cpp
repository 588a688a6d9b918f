#include "agent/probe/proof_queries.hpp"

namespace conncheck {

const char* powerful_role_query() {
  // MEMBER, not USAGE: a function may SET ROLE. The session user counts: it may RESET ROLE.
  return R"sql(
SELECT u.name, o.rolname, o.rolsuper
FROM pg_roles o CROSS JOIN (VALUES (1, current_user::name), (2, session_user::name)) u(n, name)
WHERE (o.rolsuper OR starts_with(o.rolname::text, 'pg_') AND o.rolname <> 'pg_database_owner')
  AND pg_has_role(u.name, o.oid, 'MEMBER')
ORDER BY o.rolname = u.name DESC, o.rolsuper DESC, u.n, o.rolname COLLATE "C"
LIMIT 1
)sql";
}

const char* proof_subjects_query() {
  return R"sql(
SELECT x.i, c.relkind = 'v', c.relhasrules,
       EXISTS (SELECT FROM pg_attrdef d
               JOIN pg_depend p ON p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid
                               AND p.refclassid = 'pg_class'::regclass
               JOIN pg_class q ON q.oid = p.refobjid AND q.relkind = 'S'
               WHERE d.adrelid = c.oid),
       EXISTS (SELECT FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f')
         OR c.oid IN (SELECT f.confrelid FROM pg_constraint f WHERE f.contype = 'f'),
       array_to_json(ARRAY(SELECT a.attname FROM pg_attribute a
                           WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                             AND a.attgenerated = '' ORDER BY a.attnum)),
       array_to_json(ARRAY(SELECT a.attname FROM pg_attribute a
                           WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                             AND a.attidentity = 'a' ORDER BY a.attnum))
FROM json_to_recordset($1::json) AS x(i int, s text, t text)
JOIN pg_namespace n ON n.nspname = x.s::name
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = x.t::name
ORDER BY x.i
)sql";
}

}  // namespace conncheck
