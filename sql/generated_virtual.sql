-- Virtual generated columns (18 and later) are written no more than stored ones, and read by a privilege of their own.
SELECT current_setting('server_version_num')::int < 180000 AS too_old \gset
\if :too_old
\quit
\endif
\set ECHO none
\i sql/include/try.psql
\set ECHO all

CREATE ROLE regress_columns;
CREATE ROLE regress_view_owner;
CREATE SCHEMA cc;
GRANT USAGE, CREATE ON SCHEMA cc TO regress_view_owner;
GRANT USAGE ON SCHEMA cc TO regress_columns;
CREATE TABLE cc.base (id int, twice int GENERATED ALWAYS AS (id * 2) VIRTUAL);
CREATE TABLE cc.unreadable (id int, twice int GENERATED ALWAYS AS (id * 2) VIRTUAL);
GRANT SELECT, INSERT (id), UPDATE (id), DELETE ON cc.base TO regress_columns, regress_view_owner;
GRANT SELECT (id), INSERT (id), UPDATE (id), DELETE ON cc.unreadable TO regress_columns, regress_view_owner;
SET ROLE regress_view_owner;
CREATE VIEW cc.over_base AS SELECT id, twice FROM cc.base;
CREATE VIEW cc.over_unreadable AS SELECT id, twice FROM cc.unreadable;
CREATE VIEW cc.over_readable AS SELECT id FROM cc.unreadable;
GRANT ALL ON cc.over_base, cc.over_unreadable, cc.over_readable TO regress_columns;
RESET ROLE;

SELECT * FROM tried.rows('regress_columns', 'cc');
SELECT * FROM tried.compare('{regress_columns,regress_view_owner}', 'cc');

DROP SCHEMA cc CASCADE;
DROP ROLE regress_columns, regress_view_owner;
\set ECHO none
\i sql/include/try_done.psql
