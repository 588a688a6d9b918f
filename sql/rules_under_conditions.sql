-- Where a view passes a write on to a view with rules, its condition becomes part of what those rules do: if it names a
-- column of that view, the rules read the view, and its owner must be able to read what it stands for.
\set ECHO none
\i sql/include/try.psql
\i tests/server/catalogs/rules_under_conditions.sql
\set ECHO all

SELECT table_name, can_read, can_write, blocked_by
FROM conncheck_permissions('er_ruled_user', 'ruled') ORDER BY table_name;
SELECT * FROM tried.compare('{er_ruled_user}', 'ruled');
SELECT source, detail, fix FROM conncheck_explain('ruled.on_column', 'DELETE', 'er_ruled_user');
SELECT source, detail, fix FROM conncheck_explain('ruled.plain', 'DELETE', 'er_ruled_user');

DROP SCHEMA ruled CASCADE;
DROP ROLE er_ruled_user, er_ruled_owner;
\set ECHO none
\i sql/include/try_done.psql
