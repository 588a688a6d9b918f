-- Rules that give a value to a generated column, or to an identity that is GENERATED ALWAYS: the server refuses the
-- statement, whoever makes it, and however the value got there.
\set ECHO none
\i sql/include/try.psql
\i tests/server/catalogs/assigned_defaults.sql
\set ECHO all

SELECT table_name, can_write, blocked_by FROM conncheck_permissions('er_giver', 'gv') ORDER BY can_write, table_name;
-- up to 13 the server does not take a list of rows for its defaults
CREATE TABLE gv.rows_of_default (id int);
CREATE RULE r AS ON INSERT TO gv.rows_of_default
  DO ALSO INSERT INTO gv_sink.generated VALUES (new.id, DEFAULT), (new.id + 1, DEFAULT);
CREATE TABLE gv.rows_of_both (id int);
CREATE RULE r AS ON INSERT TO gv.rows_of_both
  DO ALSO INSERT INTO gv_sink.generated VALUES (new.id, DEFAULT), (new.id + 1, 1);
GRANT SELECT, INSERT, UPDATE, DELETE ON gv.rows_of_default, gv.rows_of_both TO er_giver;
SELECT * FROM tried.compare('{er_giver}', 'gv');
SELECT source, detail, fix FROM conncheck_explain('gv.selected', 'INSERT', 'er_giver');

DROP SCHEMA gv_sink, gv CASCADE;
DROP ROLE er_giver;
\set ECHO none
\i sql/include/try_done.psql
