-- UPDATE, DELETE and FOR UPDATE take whole rows of everything in FROM: of a view there that keeps a plan of its own, every
-- column is computed, read or not. What is merged into the query around it has no such rows.
\set ECHO none
\i sql/include/try.psql
\i tests/server/catalogs/marked_rows.sql
\set ECHO all

SELECT table_name, can_read, can_write, blocked_by FROM conncheck_permissions('er_marked_user', 'marked') ORDER BY table_name;
SELECT * FROM tried.compare('{er_marked_user}', 'marked');
SELECT source, detail, fix FROM conncheck_explain('marked.trigger_sorted', 'DELETE', 'er_marked_user');
SELECT source, detail, fix FROM conncheck_explain('marked.locks_sorted', 'SELECT', 'er_marked_user');

DROP SCHEMA marked CASCADE;
DROP ROLE er_marked_user;
\set ECHO none
\i sql/include/try_done.psql
