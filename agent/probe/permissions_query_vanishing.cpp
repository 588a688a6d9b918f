// The catalog query: which actions of rules the server drops.
#include "agent/probe/permissions_query.hpp"

namespace conncheck {
namespace {

// An action on a relation whose rules make nothing of it is as NOTHING, and no permission is asked
// for (see Rewriting::vanishes()). A write of one sort to one relation is a node; it leads to what
// its rules write, and through an updatable view. It is kept where a statement is left in the end,
// or where it leads back to itself, which never ends; what leads to something kept is kept.
constexpr const char* vanishing_sql = R"sql(
action_targets AS MATERIALIZED (
  SELECT e.id, e.holder AS oid, e.event, e.oid AS to_oid, p.event AS to_event,
         ARRAY(SELECT n::int - 7 FROM unnest(p.columns) n WHERE n <> '') AS columns
  FROM all_entries e JOIN all_rules r ON r.id = e.id AND r.writes_once
  CROSS JOIN LATERAL (VALUES (1, 8, e.inserted), (4, 4, e.updated), (8, 16, '{}'::text[])) p(perm, event, columns)
  WHERE (SELECT o.some_may_vanish FROM write_rules o)
    AND e.event IN (4, 8, 16) AND e.perms & p.perm <> 0 AND (p.perm <> 4 OR e.updated <> '{}')
),
leads AS MATERIALIZED (
  SELECT t.oid, t.event, t.to_oid, t.to_event, false AS by_itself FROM action_targets t
  UNION ALL
  SELECT v.oid, e.event, v.base, e.event, true
  FROM updatable_views v CROSS JOIN (VALUES (4), (8), (16)) e(event)
  WHERE (SELECT o.some_may_vanish FROM write_rules o)
    AND v.base IS NOT NULL AND e.event & (v.by_rule | v.by_trigger | v.refused) = 0
),
leading_back AS MATERIALIZED (
  WITH RECURSIVE below AS (
    SELECT l.oid AS root, l.event AS root_event, l.to_oid AS oid, l.to_event AS event
    FROM leads l WHERE NOT l.by_itself OR l.to_oid >= l.oid
    UNION
    SELECT b.root, b.root_event, l.to_oid, l.to_event
    FROM below b JOIN leads l ON l.oid = b.oid AND l.event = b.event
    WHERE (b.oid, b.event) <> (b.root, b.root_event)
  )
  SELECT b.oid, b.event FROM below b WHERE (b.oid, b.event) = (b.root, b.root_event)
),
kept AS MATERIALIZED (
  WITH RECURSIVE above AS (
    (SELECT b.oid, b.event FROM leading_back b
     UNION
     SELECT r.oid, r.event FROM all_rules r
     WHERE r.event > 2 AND r.acts AND NOT EXISTS (SELECT FROM action_targets t WHERE t.id = r.id)
     UNION
     SELECT l.to_oid, l.to_event FROM leads l
     WHERE NOT EXISTS (SELECT FROM all_rules r WHERE r.oid = l.to_oid AND r.event = l.to_event AND r.instead)
       AND NOT EXISTS (SELECT FROM leads f WHERE f.oid = l.to_oid AND f.event = l.to_event AND f.by_itself))
    UNION
    SELECT l.oid, l.event FROM above a JOIN leads l ON l.to_oid = a.oid AND l.to_event = a.event
  )
  SELECT a.oid, a.event FROM above a
),
-- What cannot be rewritten is an error all the same: a column that a view does not take, or that
-- takes no value.
descents AS MATERIALIZED (
  WITH RECURSIVE down AS (
    SELECT t.id, t.to_oid AS oid, t.to_event AS event, t.columns
    FROM action_targets t
    WHERE NOT EXISTS (SELECT FROM kept k WHERE k.oid = t.to_oid AND k.event = t.to_event)
    UNION ALL
    SELECT d.id, v.base, d.event,
           CASE WHEN d.columns <@ coalesce(v.of_view, '{}') THEN ARRAY(
             SELECT a.of_base FROM unnest(v.of_view, v.of_base) AS a(of_view, of_base) WHERE a.of_view = ANY (d.columns)) END
    FROM down d JOIN leads l ON l.oid = d.oid AND l.event = d.event AND l.by_itself
    JOIN updatable_views v ON v.oid = d.oid
    WHERE d.columns IS NOT NULL
  )
  SELECT d.id,
         bool_or(d.columns IS NULL OR EXISTS (
           SELECT FROM pg_attribute a
           WHERE a.attrelid = d.oid AND a.attnum = ANY (d.columns) AND (a.attgenerated <> '' OR a.attidentity = 'a'))) AS refused
  FROM down d GROUP BY d.id
),
-- A condition is asked where the statement itself is made.
dropped_rules AS MATERIALIZED (
  SELECT d.id FROM descents d WHERE NOT d.refused
  UNION ALL
  SELECT r.id FROM all_rules r
  WHERE r.conditional AND NOT r.acts
    AND EXISTS (SELECT FROM all_rules i WHERE i.oid = r.oid AND i.event = r.event AND i.instead)
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
