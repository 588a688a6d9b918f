// The catalog query: conncheck_permissions() without the extension.
#include <fmt/format.h>

#include <tuple>

#include "agent/probe/catalog_queries.hpp"

namespace conncheck {
namespace {

constexpr int postgres_16 = 160000;
constexpr int postgres_17 = 170000;

// Each part is a list of common table expressions; permissions_query() strings them together.

// The audited role, the schemas it is shown, and its privileges on each relation as a whole.
constexpr const char* relations_part = R"sql(
me AS MATERIALIZED (
  SELECT r.oid, r.rolname, r.rolsuper, r.rolbypassrls FROM pg_roles r WHERE r.rolname = $1::text
  UNION ALL
  SELECT 0::oid, 'public'::name, false, false WHERE $1::text = 'public'
),
schemas AS MATERIALIZED (
  SELECT n.oid, n.nspname, has_schema_privilege(me.oid, n.oid, 'USAGE') AS usage
  FROM pg_namespace n CROSS JOIN me
  WHERE (n.oid = pg_my_temp_schema() OR NOT starts_with(n.nspname::text, 'pg_temp_'))
    AND ($2::boolean OR NOT (n.nspname IN ('pg_catalog', 'information_schema')
                             OR starts_with(n.nspname::text, 'pg_toast')))
),
relations AS MATERIALIZED (
  SELECT c.oid, s.nspname, c.relname, s.usage, c.relkind, c.relowner,
         c.relrowsecurity, c.relforcerowsecurity, c.relhasrules,
         has_table_privilege(me.oid, c.oid, 'SELECT') AS s,
         has_table_privilege(me.oid, c.oid, 'INSERT') AS i,
         has_table_privilege(me.oid, c.oid, 'UPDATE') AS u,
         has_table_privilege(me.oid, c.oid, 'DELETE') AS d,
         has_table_privilege(me.oid, c.oid, 'TRUNCATE') AS t,
         has_table_privilege(me.oid, c.oid, 'REFERENCES') AS r,
         has_table_privilege(me.oid, c.oid, 'TRIGGER') AS g,
         {maintain} AS m
  FROM pg_class c JOIN schemas s ON s.oid = c.relnamespace CROSS JOIN me
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
),
)sql";

// Privileges by column: only columns with an ACL of their own can add to the relation's.
constexpr const char* columns_part = R"sql(
granted_columns AS MATERIALIZED (
  SELECT a.attrelid AS oid, a.attnum, a.attname, a.attgenerated = '' AND a.attnum > 0 AS plain,
         NOT c.s AND has_column_privilege(me.oid, a.attrelid, a.attnum, 'SELECT') AS s,
         NOT c.i AND has_column_privilege(me.oid, a.attrelid, a.attnum, 'INSERT') AS i,
         NOT c.u AND has_column_privilege(me.oid, a.attrelid, a.attnum, 'UPDATE') AS u,
         NOT c.r AND has_column_privilege(me.oid, a.attrelid, a.attnum, 'REFERENCES') AS r
  FROM pg_attribute a JOIN relations c ON c.oid = a.attrelid CROSS JOIN me
  WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
),
by_column AS MATERIALIZED (
  SELECT g.oid,
         json_agg(g.attname ORDER BY g.attnum) FILTER (WHERE g.s) AS s,
         json_agg(g.attname ORDER BY g.attnum) FILTER (WHERE g.i) AS i,
         json_agg(g.attname ORDER BY g.attnum) FILTER (WHERE g.u) AS u,
         json_agg(g.attname ORDER BY g.attnum) FILTER (WHERE g.r) AS r,
         count(*) FILTER (WHERE g.s AND g.attnum > 0) = n.live AS all_s,
         n.plain > 0 AND count(*) FILTER (WHERE g.i AND g.plain) = n.plain AS all_i,
         n.plain > 0 AND count(*) FILTER (WHERE g.u AND g.plain) = n.plain AS all_u
  FROM granted_columns g
  CROSS JOIN LATERAL (
    SELECT count(*) AS live, count(*) FILTER (WHERE a.attgenerated = '') AS plain
    FROM pg_attribute a WHERE a.attrelid = g.oid AND a.attnum > 0 AND NOT a.attisdropped
  ) n
  WHERE g.s OR g.i OR g.u OR g.r
  GROUP BY g.oid, n.live, n.plain
),
)sql";

// Foreign tables: what the wrapper takes, and whether it demands a user mapping.
constexpr const char* foreign_tables_part = R"sql(
foreign_tables AS MATERIALIZED (
  SELECT x.oid, x.ftserver, x.postgres_fdw, x.handled AND x.locked AS locked,
         CASE WHEN NOT x.handled THEN 0 WHEN x.locked THEN NULL
              ELSE pg_relation_is_updatable(x.oid, true) END AS takes,
         x.postgres_fdw AND {foreign_truncate} AND coalesce(
           (SELECT o.option_value::boolean FROM pg_options_to_table(x.ftoptions) o
            WHERE o.option_name = 'truncatable'),
           (SELECT o.option_value::boolean FROM pg_options_to_table(x.srvoptions) o
            WHERE o.option_name = 'truncatable'), true) AS truncatable
  FROM (SELECT t.ftrelid AS oid, t.ftserver, t.ftoptions, v.srvoptions, w.fdwhandler <> 0 AS handled,
               coalesce(p.prosrc = 'postgres_fdw_handler', false) AS postgres_fdw,
               EXISTS (SELECT FROM pg_locks l
                       WHERE l.locktype = 'relation' AND l.relation = t.ftrelid
                         AND l.database = (SELECT b.oid FROM pg_database b
                                           WHERE b.datname = current_database())
                         AND l.mode = 'AccessExclusiveLock' AND l.pid <> pg_backend_pid()) AS locked
        FROM pg_foreign_table t
        JOIN pg_foreign_server v ON v.oid = t.ftserver
        JOIN pg_foreign_data_wrapper w ON w.oid = v.srvfdw
        LEFT JOIN pg_proc p ON p.oid = w.fdwhandler) x
),
)sql";

// Views are judged through to what they read. The checks that the executor would make stand in the
// stored rule as text; the server escapes blanks and braces in every name there, so that no name
// can pass for syntax. Up to 15 each range table entry carries its check, from 16 on they stand
// apart; up to 15 the entries begin with the view itself, twice (OLD and NEW).
struct StoredRule {
  const char* checks;  ///< splits the text before each check
  int base_entry;      ///< index of the first relation in FROM
};
constexpr StoredRule rule_to_15 = {"{RANGETBLENTRY ", 3};
constexpr StoredRule rule_from_16 = {"{RTEPERMISSIONINFO ", 1};

/// A stored rule's text in which braces, and the mark that the query sets itself, are syntax only:
/// those of names go. Up to 14 range table entries have a shorter name.
constexpr const char* rule_text =
    R"(replace(replace(replace(replace(w.ev_action::text || w.ev_qual::text, E'\x01', ''), '\{', ''), '\}', ''),
       '{RTE ', '{RANGETBLENTRY '))";

// The rules of every relation that may matter: the queries of views, and what rules do instead of
// or besides a write. Reads are checked as the view's owner, or as the reader with
// security_invoker; what rules do is always checked as the owner. requiredPerms has the bits INSERT
// 1, SELECT 2, UPDATE 4, DELETE 8; the sets of columns hold attnum + 7.
constexpr const char* stored_rules_part = R"sql(
rules AS MATERIALIZED (
  WITH RECURSIVE reached AS (
    SELECT c.oid FROM relations c LEFT JOIN by_column b ON b.oid = c.oid
    WHERE c.relhasrules AND c.relkind <> 'm' AND (c.s OR c.i OR c.u OR c.d OR b.oid IS NOT NULL)
    UNION
    SELECT v.oid
    FROM reached x
    JOIN pg_rewrite w ON w.ev_class = x.oid
    CROSS JOIN LATERAL unnest(string_to_array({rule_text}, '{checks}')) e
    JOIN pg_class v ON v.oid = substring(e FROM ':relid ([0-9]+) ')::oid AND v.relhasrules AND v.relkind <> 'm'
  )
  SELECT v.oid, v.relkind, v.reloptions,
         CASE w.ev_type WHEN '1' THEN 1 WHEN '2' THEN 4 WHEN '3' THEN 8 ELSE 16 END AS event,
         w.is_instead AND w.ev_qual::text = '<>' AS instead,
         w.is_instead AND w.ev_qual::text <> '<>' AS conditional,
         {rule_text} AS action,
         CASE WHEN w.ev_type = '1' AND coalesce(
                (SELECT o.option_value::boolean FROM pg_options_to_table(v.reloptions) o
                 WHERE o.option_name = 'security_invoker'), false)
              THEN me.oid ELSE v.relowner END AS checked_as
  FROM reached x JOIN pg_class v ON v.oid = x.oid
  JOIN pg_rewrite w ON w.ev_class = v.oid AND w.ev_enabled IN ('O', 'A') CROSS JOIN me
),
checks AS MATERIALIZED (
  SELECT x.holder, x.event, x.n, x.checked_as, c.oid, c.relkind, c.relhasrules, x.perms,
         ARRAY(SELECT b::int - 7 FROM unnest(string_to_array(x.selected, ' ')) b WHERE b <> '') AS selected,
         ARRAY(SELECT b::int - 7 FROM unnest(string_to_array(x.inserted, ' ')) b WHERE b <> '') AS inserted,
         ARRAY(SELECT b::int - 7 FROM unnest(string_to_array(x.updated, ' ')) b WHERE b <> '') AS updated
  FROM (SELECT r.oid AS holder, r.event, p.n, r.checked_as,
               substring(e FROM ':relid ([0-9]+) ')::oid AS relid,
               substring(e FROM ':requiredPerms ([0-9]+) ')::int AS perms,
               substring(e FROM ':selectedCols \(b([ 0-9]*)\)') AS selected,
               substring(e FROM ':insertedCols \(b([ 0-9]*)\)') AS inserted,
               substring(e FROM ':updatedCols \(b([ 0-9]*)\)') AS updated
        FROM rules r
        CROSS JOIN LATERAL unnest(string_to_array(r.action, '{checks}')) WITH ORDINALITY AS p(e, n)
        WHERE p.n > 1) x
  JOIN pg_class c ON c.oid = x.relid
  WHERE x.perms <> 0
),
denied AS MATERIALIZED (
  SELECT r.holder, r.event, r.n
  FROM checks r LEFT JOIN foreign_tables f ON f.oid = r.oid
  WHERE (f.postgres_fdw AND NOT EXISTS (SELECT FROM pg_user_mappings m
                                        WHERE m.srvid = f.ftserver AND m.umuser IN (r.checked_as, 0)))
     OR ((r.perms & 8) <> 0 AND NOT has_table_privilege(r.checked_as, r.oid, 'DELETE'))
     {column_checks}
),
view_closure AS MATERIALIZED (
  WITH RECURSIVE below AS (
    SELECT r.oid AS root, r.oid AS view, false AS again FROM rules r WHERE r.event = 1
    UNION
    SELECT b.root, c.oid, c.oid = b.root
    FROM below b JOIN checks c ON c.holder = b.view AND c.event = 1 AND c.relkind = 'v'
    WHERE NOT b.again
  )
  SELECT * FROM below
),
unreadable AS MATERIALIZED (
  SELECT DISTINCT c.root AS oid FROM view_closure c
  WHERE c.view IN (SELECT d.holder FROM denied d WHERE d.event = 1)
     OR c.view IN (SELECT y.root FROM view_closure y WHERE y.again)
),
failing AS MATERIALIZED (
  SELECT d.holder, d.event, d.n FROM denied d
  UNION
  SELECT c.holder, c.event, c.n FROM checks c JOIN unreadable u ON u.oid = c.oid WHERE (c.perms & 2) <> 0
),
-- only what is written is required to be updated by column: FOR UPDATE names none
rule_targets AS MATERIALIZED (
  SELECT DISTINCT c.holder, c.event AS rule_event, c.oid AS target, e.event, e.columns
  FROM checks c
  CROSS JOIN LATERAL (VALUES (1, 8, c.inserted), (4, 4, c.updated), (8, 16, '{{}}'::int[])) e(perm, event, columns)
  WHERE c.event <> 1 AND (c.perms & e.perm) <> 0 AND (e.perm <> 4 OR c.updated <> '{{}}')
    AND (c.relkind IN ('v', 'f') OR c.relhasrules)
),
)sql";

/// One more way for a check to be denied: a privilege that can be held by column.
constexpr const char* column_check = R"sql(
     OR ((r.perms & {bit}) <> 0 AND CASE
          WHEN has_table_privilege(r.checked_as, r.oid, '{privilege}') THEN false
          WHEN r.{columns} = '{{}}' THEN NOT has_any_column_privilege(r.checked_as, r.oid, '{privilege}')
          ELSE EXISTS (SELECT FROM pg_attribute a
                       WHERE a.attrelid = r.oid AND NOT a.attisdropped
                         AND (a.attnum = ANY (r.{columns}) OR (0 = ANY (r.{columns}) AND a.attnum > 0))
                         AND NOT has_column_privilege(r.checked_as, r.oid, a.attnum, '{privilege}'))
            -- a whole row without any column
            OR (0 = ANY (r.{columns}) AND NOT EXISTS (SELECT FROM pg_attribute a
                                                      WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped))
        END))sql";

// What views take: by INSTEAD rule or trigger, or by passing it on to the one relation beneath.
// Events are bits as in pg_relation_is_updatable: UPDATE 4, INSERT 8, DELETE 16.
// Of a view's query only the outermost level counts for this, so what stands in queries within it
// is cut out, but for a mark for each check that was there.
constexpr const char* view_events_part = R"sql(
view_events AS MATERIALIZED (
  SELECT v.oid, v.checked_as,
         coalesce(w.instead, 0) AS by_rule, coalesce(w.conditional, 0) AS refused,
         coalesce((SELECT bit_or(((t.tgtype & 4) << 1) | ((t.tgtype & 8) << 1) | ((t.tgtype & 16) >> 2))
                   FROM pg_trigger t
                   WHERE t.tgrelid = v.oid AND (t.tgtype & 64) <> 0 AND NOT t.tgisinternal), 0) AS by_trigger,
         x.base, x.of_view, x.of_base, o.check_option,
         EXISTS (SELECT FROM failing f WHERE f.holder = v.oid AND f.event = 1 AND f.n <> {base_entry} + 1
                   AND f.n <= array_length(string_to_array(split_part(
                         q.outermost, ':targetList (', 1), '{checks}'), 1)) AS condition_fails
  FROM rules v
  LEFT JOIN (SELECT r.oid, bit_or(r.event) FILTER (WHERE r.instead) AS instead,
                    bit_or(r.event) FILTER (WHERE r.conditional) AS conditional
             FROM rules r GROUP BY r.oid) w ON w.oid = v.oid
  CROSS JOIN LATERAL (
    SELECT string_agg(CASE WHEN d.depth = 1 THEN substr(d.piece, 2)
                      ELSE repeat('{checks}', array_length(string_to_array(d.piece, '{checks}'), 1) - 1) END,
                      '' ORDER BY d.n) AS outermost
    FROM (SELECT p.piece, p.n, sum(CASE left(p.piece, 1) WHEN '+' THEN 1 WHEN '-' THEN -1 ELSE 0 END)
                                 OVER (ORDER BY p.n) AS depth
          FROM unnest(string_to_array(
                 regexp_replace(replace(v.action, '{{QUERY ', E'\x01+'), ':stmt_len [-0-9]+\}}', E'\x01-', 'g'),
                 E'\x01')) WITH ORDINALITY AS p(piece, n)) d
  ) q
  CROSS JOIN LATERAL (SELECT string_to_array(q.outermost, '{{RANGETBLENTRY ') AS entries,
                             reverse(split_part(reverse(q.outermost), reverse(':groupClause '), 1)) AS tail
                      OFFSET 0) e
  CROSS JOIN LATERAL (
    SELECT CASE WHEN e.entries[1] ~ ':hasAggs false :hasWindowFuncs false :hasTargetSRFs false '
                 AND e.entries[1] ~ ':cteList <> '
                 AND e.entries[{base_entry} + 1] ~ ':rtekind 0 :relid [0-9]+ .*:tablesample <> .*:jointree \{{FROMEXPR :fromlist \(\{{RANGETBLREF :rtindex {base_entry}\}}\) '
                 AND e.tail ~ '^<> (?:[a-zA-Z:]+ false )*:groupingSets <> :havingQual <> '
                 AND e.tail ~ ':distinctClause <> ' AND e.tail ~ ':limitOffset <> :limitCount <> '
                 AND e.tail ~ ':setOperations <> '
                THEN (SELECT c.oid FROM pg_class c
                      WHERE c.oid = substring(e.entries[{base_entry} + 1] FROM ':rtekind 0 :relid ([0-9]+) ')::oid
                        AND c.relkind IN ('r', 'p', 'f', 'v')) END AS base,
           array_agg(m[2]::int) AS of_view, array_agg(m[1]::int) AS of_base
    FROM regexp_matches(
           q.outermost, '\{{TARGETENTRY :expr \{{VAR :varno {base_entry} :varattno ([1-9][0-9]*) [^{{}}]*:varlevelsup 0 [^{{}}]*\}} '
                        ':resno ([0-9]+) [^{{}}]*:resjunk false\}}', 'g') m
  ) x
  CROSS JOIN LATERAL (SELECT max(o.option_value) AS check_option FROM pg_options_to_table(v.reloptions) o
                      WHERE o.option_name = 'check_option') o
  WHERE v.relkind = 'v' AND v.event = 1
),
)sql";

// A write to a view is passed on from relation to relation until one takes it; on the way rules may
// start further writes. The columns of a chain are those of its start that are still there, and
// what they are called in each relation; a start that names no columns means all that get through.
constexpr const char* view_writes_part = R"sql(
starts AS MATERIALIZED (
  SELECT row_number() OVER () AS id, x.* FROM (
    SELECT DISTINCT r.oid, e.event, NULL::int[] AS columns
    FROM rules r CROSS JOIN (VALUES (4), (8), (16)) e(event) WHERE r.relkind <> 'm'
    UNION
    SELECT t.target, t.event, t.columns FROM rule_targets t
  ) x
),
chains AS MATERIALIZED (
  WITH RECURSIVE chain AS (
    SELECT s.id, s.event, s.oid, s.columns AS started, s.columns AS columns, false AS checks_option, 0 AS depth
    FROM starts s
    UNION ALL
    SELECT c.id, c.event, v.base, m.started, m.columns,
           c.checks_option OR coalesce(v.check_option = 'cascaded', false), c.depth + 1
    FROM chain c JOIN view_events v ON v.oid = c.oid
    CROSS JOIN LATERAL (
      SELECT coalesce(array_agg(coalesce(p.started, a.of_view)), '{{}}') AS started,
             coalesce(array_agg(a.of_base), '{{}}') AS columns
      FROM unnest(v.of_view, v.of_base) AS a(of_view, of_base)
      LEFT JOIN unnest(c.started, c.columns) AS p(started, of_view) ON p.of_view = a.of_view
      WHERE c.columns IS NULL OR p.started IS NOT NULL
    ) m
    WHERE v.base IS NOT NULL AND c.depth < 1000 AND (c.event & (v.by_rule | v.by_trigger | v.refused)) = 0
      AND (c.event = 16 OR m.columns <> '{{}}')
  )
  SELECT c.*, max(c.depth) OVER (PARTITION BY c.id) AS last, k.relkind,
         first_value(c.started) OVER (PARTITION BY c.id ORDER BY c.depth DESC) AS arriving
  FROM chain c JOIN pg_class k ON k.oid = c.oid
),
chain_ends AS MATERIALIZED (
  SELECT c.id, CASE c.relkind WHEN 'v' THEN c.event & (v.by_rule | v.by_trigger)
                    WHEN 'f' THEN f.takes & c.event ELSE c.event END AS takes
  FROM chains c LEFT JOIN view_events v ON v.oid = c.oid LEFT JOIN foreign_tables f ON f.oid = c.oid
  WHERE c.depth = c.last
),
failing_chains AS MATERIALIZED (
  SELECT DISTINCT c.id
  FROM chains c JOIN starts s ON s.id = c.id JOIN chain_ends e ON e.id = c.id
  LEFT JOIN view_events v ON v.oid = c.oid
  LEFT JOIN chains b ON b.id = c.id AND b.depth = c.depth + 1
  LEFT JOIN foreign_tables f ON f.oid = b.oid
  WHERE EXISTS (SELECT FROM failing r WHERE r.holder = c.oid AND r.event = c.event)
     OR (c.depth = c.last AND c.relkind = 'v' AND (
           (c.event & (v.by_rule | v.by_trigger)) = 0
           -- a trigger for UPDATE and DELETE is handed the view's rows
           OR (c.event <> 8 AND (c.event & v.by_rule) = 0 AND EXISTS (SELECT FROM unreadable n WHERE n.oid = c.oid))))
     OR (s.columns IS NOT NULL AND e.takes = 0)
     OR (s.columns IS NOT NULL AND c.relkind = 'v' AND b.oid IS NOT NULL AND c.event <> 16
         AND NOT s.columns <@ c.arriving)
     OR (b.oid IS NOT NULL AND (
           (v.condition_fails AND (c.event <> 8 OR c.checks_option OR v.check_option IS NOT NULL))
           OR (f.postgres_fdw AND NOT EXISTS (SELECT FROM pg_user_mappings m
                                              WHERE m.srvid = f.ftserver AND m.umuser IN (v.checked_as, 0)))
           OR (NOT has_table_privilege(v.checked_as, b.oid, CASE c.event WHEN 4 THEN 'UPDATE' WHEN 8 THEN 'INSERT' ELSE 'DELETE' END)
               AND (c.event = 16 OR NOT coalesce((
                 SELECT bool_and(has_column_privilege(v.checked_as, b.oid, a.attnum,
                                                      CASE c.event WHEN 4 THEN 'UPDATE' ELSE 'INSERT' END))
                 FROM unnest(b.started, b.columns) AS p(started, attnum)
                 JOIN pg_attribute a ON a.attrelid = b.oid AND a.attnum = p.attnum AND a.attgenerated = ''
                 WHERE p.started = ANY (c.arriving)), false)))))
),
chain_closure AS MATERIALIZED (
  WITH RECURSIVE below AS (
    SELECT s.id AS root, s.id, false AS again FROM starts s
    UNION
    SELECT b.root, s.id, s.id = b.root
    FROM below b JOIN chains c ON c.id = b.id
    JOIN rule_targets t ON t.holder = c.oid AND t.rule_event = c.event
    JOIN starts s ON s.oid = t.target AND s.event = t.event AND s.columns = t.columns
    WHERE NOT b.again
  )
  SELECT * FROM below
),
failing_starts AS MATERIALIZED (
  SELECT DISTINCT c.root AS id FROM chain_closure c
  WHERE c.id IN (SELECT f.id FROM failing_chains f)
     OR c.id IN (SELECT y.root FROM chain_closure y WHERE y.again)
),
view_writes AS MATERIALIZED (
  SELECT s.oid, coalesce(bit_or(e.takes), 0) AS takes, bool_or(e.takes IS NULL) AS locked,
         28 & ~coalesce(bit_or(s.event) FILTER (WHERE s.id IN (SELECT f.id FROM failing_starts f)), 0) AS usable
  FROM starts s JOIN chain_ends e ON e.id = s.id
  WHERE s.columns IS NULL
  GROUP BY s.oid
),
)sql";

constexpr const char* verdicts_part = R"sql(
judged AS (
  SELECT c.*, b.s AS cs, b.i AS ci, b.u AS cu, b.r AS cr,
         c.s OR coalesce(b.all_s, false) AS reads,
         c.i OR coalesce(b.all_i, false) AS inserts,
         c.u OR coalesce(b.all_u, false) AS updates,
         CASE c.relkind WHEN 'v' THEN w.takes WHEN 'm' THEN 0 WHEN 'f' THEN f.takes ELSE 28 END AS takes,
         coalesce(w.usable, 28) AS usable,
         CASE WHEN c.s OR b.s IS NOT NULL THEN 1 ELSE 0 END AS held_s,
         CASE WHEN c.u OR b.u IS NOT NULL THEN 4 ELSE 0 END
           | CASE WHEN c.i OR b.i IS NOT NULL THEN 8 ELSE 0 END
           | CASE WHEN c.d THEN 16 ELSE 0 END AS held,
         c.s OR c.i OR c.u OR c.d OR c.t OR c.r OR c.g OR c.m OR b.oid IS NOT NULL AS visible,
         EXISTS (SELECT FROM unreadable n WHERE n.oid = c.oid) AS unreadable,
         coalesce(f.postgres_fdw, false) AND NOT EXISTS (
           SELECT FROM pg_user_mappings m
           WHERE m.srvid = f.ftserver AND m.umuser IN (me.oid, 0)) AS unmapped,
         coalesce(f.locked, w.locked, false) AS locked,
         CASE c.relkind WHEN 'f' THEN f.truncatable ELSE c.relkind IN ('r', 'p') AND c.oid >= 12000 END AS truncatable,
         CASE WHEN NOT c.relrowsecurity THEN 'none'
              WHEN me.rolsuper OR me.rolbypassrls THEN 'bypassed'
              WHEN me.oid <> 0 AND pg_has_role(me.oid, c.relowner, 'USAGE') AND NOT c.relforcerowsecurity THEN 'bypassed'
              ELSE 'applies' END AS row_security
  FROM relations c CROSS JOIN me
  LEFT JOIN by_column b ON b.oid = c.oid
  LEFT JOIN foreign_tables f ON f.oid = c.oid
  LEFT JOIN view_writes w ON w.oid = c.oid
  WHERE c.s IS NOT NULL
)
SELECT me.rolname AS role_name, j.nspname AS schema_name, j.relname AS table_name,
       CASE j.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'
            WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END AS kind,
       j.usage AND j.reads AND NOT j.unreadable AND NOT j.unmapped AS can_read,
       j.usage AND j.inserts AND j.updates AND j.d AND NOT j.unmapped
         AND (j.takes & j.usable & 28) = 28 AS can_write,
       j.usage AND j.t AND coalesce(j.truncatable, false) AND NOT j.unmapped AS can_truncate,
       array_to_json(array_remove(ARRAY[
         CASE WHEN j.s THEN 'SELECT' END, CASE WHEN j.i THEN 'INSERT' END, CASE WHEN j.u THEN 'UPDATE' END,
         CASE WHEN j.d THEN 'DELETE' END, CASE WHEN j.t THEN 'TRUNCATE' END, CASE WHEN j.r THEN 'REFERENCES' END,
         CASE WHEN j.g THEN 'TRIGGER' END, CASE WHEN j.m THEN 'MAINTAIN' END], NULL)) AS privileges,
       array_to_json(array_remove(ARRAY[
         CASE WHEN j.s AND has_table_privilege(me.oid, j.oid, 'SELECT WITH GRANT OPTION') THEN 'SELECT' END,
         CASE WHEN j.i AND has_table_privilege(me.oid, j.oid, 'INSERT WITH GRANT OPTION') THEN 'INSERT' END,
         CASE WHEN j.u AND has_table_privilege(me.oid, j.oid, 'UPDATE WITH GRANT OPTION') THEN 'UPDATE' END,
         CASE WHEN j.d AND has_table_privilege(me.oid, j.oid, 'DELETE WITH GRANT OPTION') THEN 'DELETE' END,
         CASE WHEN j.t AND has_table_privilege(me.oid, j.oid, 'TRUNCATE WITH GRANT OPTION') THEN 'TRUNCATE' END,
         CASE WHEN j.r AND has_table_privilege(me.oid, j.oid, 'REFERENCES WITH GRANT OPTION') THEN 'REFERENCES' END,
         CASE WHEN j.g AND has_table_privilege(me.oid, j.oid, 'TRIGGER WITH GRANT OPTION') THEN 'TRIGGER' END,
         {maintain_grantable}], NULL)) AS grantable,
       CASE WHEN j.cs IS NOT NULL OR j.ci IS NOT NULL OR j.cu IS NOT NULL OR j.cr IS NOT NULL THEN
         json_strip_nulls(json_build_object('SELECT', j.cs, 'INSERT', j.ci, 'UPDATE', j.cu, 'REFERENCES', j.cr))
       END AS column_privileges,
       pg_get_userbyid(j.relowner) AS owner, j.row_security,
       array_to_json(array_remove(ARRAY[
         CASE WHEN j.visible AND NOT j.usage THEN 'schema usage' END,
         CASE WHEN (j.held & ~j.takes) <> 0 THEN 'not updatable' END,
         CASE WHEN (j.held_s <> 0 AND j.unreadable) OR (j.held & j.takes & ~j.usable) <> 0 THEN 'underlying relation' END,
         CASE WHEN j.visible AND j.unmapped THEN 'user mapping' END,
         CASE WHEN j.held <> 0 AND j.locked THEN 'locked' END], NULL)) AS blocked_by
FROM judged j CROSS JOIN me
WHERE $3::boolean OR j.visible
ORDER BY j.nspname COLLATE "C", j.relname COLLATE "C"
)sql";

}  // namespace

std::string permissions_query(int server_version_num) {
  const StoredRule& rule = server_version_num >= postgres_16 ? rule_from_16 : rule_to_15;
  const bool has_maintain = server_version_num >= postgres_17;
  const auto maintain = [&](const char* expression) { return has_maintain ? expression : "NULL"; };
  std::string query = "WITH ";
  for (const char* part : {relations_part, columns_part, foreign_tables_part, stored_rules_part,
                           view_events_part, view_writes_part, verdicts_part}) {
    query += part;
  }
  std::string column_checks;
  for (const auto& [bit, privilege, columns] :
       {std::tuple{1, "INSERT", "inserted"}, std::tuple{2, "SELECT", "selected"},
        std::tuple{4, "UPDATE", "updated"}}) {
    column_checks += fmt::format(fmt::runtime(column_check), fmt::arg("bit", bit),
                                 fmt::arg("privilege", privilege), fmt::arg("columns", columns));
  }
  return fmt::format(
      fmt::runtime(query), fmt::arg("column_checks", column_checks),
      fmt::arg("maintain",
               has_maintain ? "has_table_privilege(me.oid, c.oid, 'MAINTAIN')" : "false"),
      fmt::arg("maintain_grantable",
               maintain("CASE WHEN j.m AND has_table_privilege(me.oid, j.oid, 'MAINTAIN WITH "
                        "GRANT OPTION') THEN 'MAINTAIN' END")),
      fmt::arg("foreign_truncate", server_version_num >= 140000), fmt::arg("checks", rule.checks),
      fmt::arg("rule_text", rule_text), fmt::arg("base_entry", rule.base_entry));
}

}  // namespace conncheck
