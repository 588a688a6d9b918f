-- MAINTAIN and pg_maintain (17 and later).
SELECT current_setting('server_version_num')::int < 170000 AS too_old \gset
\if :too_old
\quit
\endif
\set ECHO none
\i sql/include/try.psql
\set ECHO all

CREATE ROLE regress_maintains;
CREATE ROLE regress_granted;
GRANT pg_maintain TO regress_maintains;
CREATE SCHEMA cc;
CREATE TABLE cc.t (id int);
GRANT MAINTAIN ON cc.t TO regress_granted WITH GRANT OPTION;

SELECT table_name, privileges, grantable FROM conncheck_permissions('regress_maintains', 'cc');
SELECT table_name, privileges, grantable FROM conncheck_permissions('regress_granted', 'cc');
SELECT * FROM tried.compare('{regress_maintains,regress_granted}', 'cc');
SELECT * FROM tried.compare('{regress_maintains}', 'pg_catalog', 'pg_description');

DROP SCHEMA cc CASCADE;
DROP ROLE regress_maintains, regress_granted;
\set ECHO none
\i sql/include/try_done.psql
