-- pg_read_all_data and pg_write_all_data (14 and later), each privilege on its own.
SELECT current_setting('server_version_num')::int < 140000 AS too_old \gset
\if :too_old
\quit
\endif
\set ECHO none
\i sql/include/try.psql
\set ECHO all

CREATE ROLE regress_reads_all;
CREATE ROLE regress_writes_all;
CREATE ROLE regress_both;
CREATE ROLE regress_noinherit NOINHERIT;
GRANT pg_read_all_data TO regress_reads_all, regress_both, regress_noinherit;
GRANT pg_write_all_data TO regress_writes_all, regress_both, regress_noinherit;
CREATE SCHEMA cc;
CREATE TABLE cc.nothing_granted (id int, name text);
-- the server's own masked check skips the predefined role when one of the three is granted
CREATE TABLE cc.insert_granted (id int, name text);
GRANT INSERT ON cc.insert_granted TO regress_writes_all, regress_both;
CREATE VIEW cc.v AS SELECT * FROM cc.nothing_granted;
CREATE MATERIALIZED VIEW cc.m AS SELECT * FROM cc.nothing_granted;

SELECT * FROM tried.rows('regress_reads_all', 'cc');
SELECT * FROM tried.rows('regress_writes_all', 'cc');
SELECT * FROM tried.rows('regress_both', 'cc');
SELECT * FROM tried.rows('regress_noinherit', 'cc');
SELECT * FROM tried.compare(
  '{regress_reads_all,regress_writes_all,regress_both,regress_noinherit,pg_write_all_data}', 'cc');
-- never written: system catalogs
SELECT * FROM tried.compare('{regress_both}', 'pg_catalog', 'pg_description');
SELECT can_use, can_create, tables, readable, writable, truncatable
FROM conncheck_schemas('regress_both') WHERE schema_name = 'cc';

-- whoever owns the database is a member of pg_database_owner
CREATE ROLE regress_db_owner;
CREATE TABLE cc.of_db_owner (id int);
GRANT SELECT ON cc.of_db_owner TO pg_database_owner;
GRANT USAGE ON SCHEMA cc TO PUBLIC;
SELECT * FROM tried.rows('regress_db_owner', 'cc');
SELECT quote_ident(current_database()) AS db, quote_ident(current_user) AS installer \gset
ALTER DATABASE :db OWNER TO regress_db_owner;
SELECT * FROM tried.rows('regress_db_owner', 'cc');
SELECT * FROM tried.compare('{regress_db_owner}', 'cc');
ALTER DATABASE :db OWNER TO :installer;

DROP SCHEMA cc CASCADE;
DROP ROLE regress_db_owner, regress_reads_all, regress_writes_all, regress_both, regress_noinherit;
\set ECHO none
\i sql/include/try_done.psql
