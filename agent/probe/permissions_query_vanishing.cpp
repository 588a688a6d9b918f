// The catalog query: which actions of rules the server drops.
#include "agent/probe/permissions_query.hpp"

namespace conncheck {
namespace {

// An action on a relation whose rules make nothing of it is as NOTHING, and no permission is asked
// for (see Rewriting::vanishes()). A write of one sort to one relation is a node (its oid and
// event); it leads to what its rules write, and through an updatable view. INSERT with ON CONFLICT
// is a node of its own (9 in place of 8), that leads to INSERT and is an error where rules are in
// the way. It is kept where a statement is left in the end, or where it leads back to itself, which
// never ends; what leads to something kept is kept.
constexpr const char* vanishing_sql = R"sql(
action_targets AS MATERIALIZED (
  SELECT e.id, e.holder::bigint * 32 + e.event AS node, e.oid AS to_oid,
         e.oid::bigint * 32 + CASE WHEN e.on_conflict THEN 9 ELSE p.event END AS to_node,
         CASE WHEN e.on_conflict THEN 8 ELSE p.event END AS to_event,
         ARRAY(SELECT n::int - 7 FROM unnest(p.columns) n WHERE n <> '') AS columns
  FROM all_entries e
  CROSS JOIN LATERAL (VALUES (1, 8, e.inserted), (4, 4, e.updated), (8, 16, '{}'::text[])) p(perm, event, columns)
  WHERE (SELECT o.some_may_vanish FROM write_rules o)
    AND e.id = ANY (ARRAY(SELECT r.id FROM all_rules r WHERE r.event > 2 AND r.writes_once))
    AND e.perms & p.perm <> 0 AND (p.perm <> 4 OR e.updated <> '{}')
),
leads AS MATERIALIZED (
  SELECT t.node, t.to_node, false AS by_itself FROM action_targets t
  UNION ALL
  SELECT v.oid::bigint * 32 + e.mark, v.base::bigint * 32 + e.mark, true
  FROM updatable_views v CROSS JOIN (VALUES (4, 4), (8, 8), (16, 16), (8, 9)) e(event, mark)
  WHERE (SELECT o.some_may_vanish FROM write_rules o)
    AND v.base IS NOT NULL AND e.event & (v.by_rule | v.by_trigger | v.refused) = 0
    AND (e.mark <> 9 OR EXISTS (SELECT FROM all_rules r WHERE r.on_conflict))
  UNION ALL
  SELECT c.oid::bigint * 32 + 9, c.oid::bigint * 32 + 8, true
  FROM (SELECT t.to_oid AS oid FROM action_targets t WHERE t.to_node & 1 <> 0
        UNION SELECT v.base FROM updatable_views v WHERE v.base IS NOT NULL) c
  WHERE EXISTS (SELECT FROM all_rules r WHERE r.on_conflict)
),
leading_back AS MATERIALIZED (
  WITH RECURSIVE below AS (
    SELECT l.node AS root, l.to_node AS node FROM leads l WHERE NOT l.by_itself OR l.to_node >= l.node
    UNION
    SELECT b.root, l.to_node FROM below b JOIN leads l ON l.node = b.node WHERE b.node <> b.root
  )
  SELECT b.node FROM below b WHERE b.node = b.root
),
kept AS MATERIALIZED (
  WITH RECURSIVE above AS (
    (SELECT b.node FROM leading_back b
     UNION
     SELECT r.oid::bigint * 32 + r.event FROM all_rules r
     WHERE (SELECT o.some_may_vanish FROM write_rules o)
       AND r.event > 2 AND r.acts AND r.id <> ALL (ARRAY(SELECT t.id FROM action_targets t))
     UNION
     SELECT m.oid::bigint * 32 + 9 FROM meeting_conflicts m
     WHERE m.oid::bigint * 32 + 9 <> ALL (
       ARRAY(SELECT p.node FROM leads p WHERE p.by_itself AND p.to_node & 1 <> 0))
     UNION
     SELECT l.to_node FROM leads l
     WHERE l.to_node <> ALL (ARRAY(SELECT r.oid::bigint * 32 + r.event FROM all_rules r WHERE r.event > 2 AND r.instead))
       AND l.to_node <> ALL (ARRAY(SELECT f.node FROM leads f WHERE f.by_itself)))
    UNION
    SELECT l.node FROM above a JOIN leads l ON l.to_node = a.node
  )
  SELECT a.node FROM above a
),
-- What is given to columns other than DEFAULT. Where DEFAULT stands in a list of rows, that is not told.
assigned AS MATERIALIZED (
  SELECT e.id, e.n, e.oid, p.event, CASE WHEN e.on_conflict THEN 8 ELSE p.event END AS rewritten_as,
         p.event = 8 AND r.action ~ ':override [12] ' AS overriding,
         ARRAY(SELECT n::int - 7 FROM unnest(p.columns) n WHERE n <> '' AND n::int - 7 <> ALL (d.columns)) AS columns
  FROM all_rules r JOIN all_entries e ON e.id = r.id
  CROSS JOIN LATERAL (VALUES (1, 8, e.inserted), (4, 4, e.updated)) p(perm, event, columns)
  CROSS JOIN LATERAL (SELECT ARRAY(SELECT substring(t FROM '^[^}]*} :resno ([0-9]+) ')::int
                                   FROM unnest((string_to_array(r.action, '{SETTODEFAULT '))[2:]) t) AS columns) d
  WHERE r.event > 2 AND r.writes_once AND e.perms & p.perm <> 0 AND array_position(d.columns, NULL) IS NULL
),
-- Through views, but not past a rule that does something else instead.
given_in_vain AS MATERIALIZED (
  WITH RECURSIVE down AS (
    SELECT a.id, a.n, a.oid, a.event, a.rewritten_as, a.overriding, a.columns FROM assigned a
    UNION
    SELECT d.id, d.n, v.base, d.event, d.rewritten_as, d.overriding,
           ARRAY(SELECT a.of_base FROM unnest(v.of_view, v.of_base) AS a(of_view, of_base) WHERE a.of_view = ANY (d.columns))
    FROM down d JOIN updatable_views v ON v.oid = d.oid
    WHERE v.base IS NOT NULL AND d.rewritten_as & (v.by_rule | v.by_trigger | v.refused) = 0
  )
  SELECT DISTINCT d.id, d.n
  FROM down d JOIN pg_attribute a ON a.attrelid = d.oid AND a.attnum = ANY (d.columns)
  WHERE a.attgenerated <> '' OR (a.attidentity = 'a' AND NOT d.overriding)
),
-- What cannot be rewritten is an error all the same: a column that a view does not take, a view that
-- takes none, or a column that takes no value.
descents AS MATERIALIZED (
  WITH RECURSIVE down AS (
    SELECT t.id, t.to_oid AS oid, t.to_event AS event, t.columns
    FROM action_targets t
    WHERE t.to_node <> ALL (ARRAY(SELECT k.node FROM kept k))
    UNION ALL
    SELECT d.id, v.base, d.event,
           CASE WHEN d.event = 16 OR d.columns <@ v.of_view THEN ARRAY(
             SELECT a.of_base FROM unnest(v.of_view, v.of_base) AS a(of_view, of_base) WHERE a.of_view = ANY (d.columns)) END
    FROM down d JOIN updatable_views v ON v.oid = d.oid
    WHERE d.columns IS NOT NULL AND v.base IS NOT NULL AND d.event & (v.by_rule | v.by_trigger | v.refused) = 0
  )
  SELECT d.id,
         bool_or(d.columns IS NULL OR d.id = ANY (ARRAY(SELECT g.id FROM given_in_vain g))) AS refused
  FROM down d GROUP BY d.id
),
-- A condition is asked where the statement itself is made.
dropped_rules AS MATERIALIZED (
  SELECT d.id FROM descents d WHERE NOT d.refused
  UNION ALL
  SELECT r.id FROM all_rules r
  WHERE r.conditional AND NOT r.acts
    AND r.oid::bigint * 32 + r.event = ANY (
      ARRAY(SELECT i.oid::bigint * 32 + i.event FROM all_rules i WHERE i.event > 2 AND i.instead))
),
rules AS NOT MATERIALIZED (
  SELECT r.* FROM all_rules r WHERE r.id <> ALL (ARRAY(SELECT d.id FROM dropped_rules d))
),
stored AS NOT MATERIALIZED (
  SELECT s.* FROM all_stored s WHERE s.id <> ALL (ARRAY(SELECT d.id FROM dropped_rules d))
),
entries AS NOT MATERIALIZED (
  SELECT e.* FROM all_entries e WHERE e.id <> ALL (ARRAY(SELECT d.id FROM dropped_rules d))
),
)sql";

}  // namespace

std::string vanishing_part() { return vanishing_sql; }

}  // namespace conncheck
