-- Rules that INSERT with ON CONFLICT: the server refuses that on a relation with rules for INSERT or UPDATE, drops it where
-- nothing is done instead of INSERT, and passes it on through a view whatever that view's rules for UPDATE are.
\set ECHO none
\i sql/include/try.psql
\i tests/server/catalogs/on_conflict.sql
\set ECHO all

-- to whose owner nothing, all but UPDATE, everything beneath is granted: what can be written of each sort
SELECT split_part(table_name, '__', 1) AS beneath,
       string_agg(split_part(table_name, '__', 2), ' ' ORDER BY table_name) FILTER (WHERE schema_name = 'oc_poor') AS poor,
       string_agg(split_part(table_name, '__', 2), ' ' ORDER BY table_name) FILTER (WHERE schema_name = 'oc_inserting') AS inserting,
       string_agg(split_part(table_name, '__', 2), ' ' ORDER BY table_name) FILTER (WHERE schema_name = 'oc_rich') AS rich
FROM conncheck_permissions('er_conflict_user', 'oc_*', '*__*') WHERE can_write GROUP BY 1 ORDER BY min(table_name);
SELECT schema_name, table_name, can_write, blocked_by FROM conncheck_permissions('er_conflict_user', 'oc_*')
WHERE strpos(table_name, '__') = 0;
SELECT * FROM tried.compare('{er_conflict_user,er_conflict_views,er_conflict_rich}', 'oc_*');
SELECT source, detail, fix FROM conncheck_explain('oc_rich.updating_disabled__nothing', 'INSERT', 'er_conflict_user');

DROP SCHEMA oc_sink, oc_poor, oc_inserting, oc_rich CASCADE;
DROP ROLE er_conflict_views, er_conflict_poor, er_conflict_inserting, er_conflict_rich, er_conflict_user;
\set ECHO none
\i sql/include/try_done.psql
