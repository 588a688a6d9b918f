-- Foreign tables: what their wrapper takes; user mappings; nothing waits for a lock.
\set ECHO none
\i sql/include/try.psql
CREATE EXTENSION file_fdw;
CREATE EXTENSION postgres_fdw;
\set ECHO all

CREATE ROLE regress_mapped;
CREATE ROLE regress_unmapped;
CREATE ROLE regress_in_mapped;
CREATE ROLE regress_view_owner;
CREATE ROLE regress_super SUPERUSER;
GRANT regress_mapped TO regress_in_mapped;
CREATE SCHEMA cc;
GRANT USAGE, CREATE ON SCHEMA cc TO PUBLIC;
CREATE SERVER cc_file FOREIGN DATA WRAPPER file_fdw;
CREATE FOREIGN TABLE cc.file (id int, name text) SERVER cc_file
  OPTIONS (filename '/nonexistent', format 'csv');
CREATE SERVER cc_remote FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '/nonexistent', dbname 'x');
CREATE SERVER cc_readonly FOREIGN DATA WRAPPER postgres_fdw
  OPTIONS (host '/nonexistent', updatable 'false');
CREATE SERVER cc_public FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '/nonexistent');
CREATE USER MAPPING FOR regress_mapped SERVER cc_remote OPTIONS (user 'x', password 'x');
CREATE USER MAPPING FOR regress_mapped SERVER cc_readonly OPTIONS (user 'x', password 'x');
CREATE USER MAPPING FOR PUBLIC SERVER cc_public OPTIONS (user 'x', password 'x');
CREATE FOREIGN TABLE cc.remote (id int, name text) SERVER cc_remote;
CREATE FOREIGN TABLE cc.remote_readonly (id int) SERVER cc_readonly;
CREATE FOREIGN TABLE cc.remote_updatable_table (id int) SERVER cc_readonly
  OPTIONS (updatable 'true');
CREATE FOREIGN TABLE cc.remote_public (id int) SERVER cc_public;
CREATE FOREIGN DATA WRAPPER cc_no_handler;
CREATE SERVER cc_nothing FOREIGN DATA WRAPPER cc_no_handler;
CREATE FOREIGN TABLE cc.no_handler (id int) SERVER cc_nothing;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA cc
  TO regress_mapped, regress_unmapped, regress_view_owner;

SELECT * FROM tried.rows('regress_mapped', 'cc');
SELECT * FROM tried.rows('regress_unmapped', 'cc');
SELECT * FROM tried.rows('regress_in_mapped', 'cc', 'remote');
SELECT * FROM tried.rows('public', 'cc');
-- a superuser needs a mapping as well
SELECT table_name, kind, can_read, can_write, blocked_by
FROM conncheck_permissions('regress_super', 'cc');
-- EXPLAIN does not look for a mapping; a read does: 42704, or a connection that fails
SELECT role, t, tried.outcome(role, format('SELECT * FROM cc.%I', t))
FROM unnest('{regress_mapped,regress_unmapped,regress_in_mapped,regress_super}'::name[]) role,
     unnest('{remote,remote_public}'::name[]) t;
SELECT * FROM tried.compare('{regress_mapped}', 'cc', 'file');
SELECT * FROM tried.compare('{regress_mapped}', 'cc', 'remote');
-- the server's own word on what the wrapper takes; of one without handler it raises an error
SELECT table_name FROM conncheck_permissions('regress_mapped', 'cc') p
JOIN pg_class c ON c.relname = table_name AND relnamespace = 'cc'::regnamespace
WHERE table_name <> 'no_handler'
  AND ('not updatable' = ANY (blocked_by)) <> (pg_relation_is_updatable(c.oid, true) & 28 <> 28);

-- TRUNCATE is the wrapper's affair: file_fdw has none
GRANT TRUNCATE ON cc.file TO regress_mapped;
SELECT can_truncate FROM conncheck_permissions('regress_mapped', 'cc', 'file');
SELECT * FROM tried.compare('{regress_mapped}', 'cc', 'file');

-- beneath a view, it is the view's owner who needs the mapping
SET ROLE regress_view_owner;
CREATE VIEW cc.over_remote AS SELECT * FROM cc.remote;
CREATE VIEW cc.over_public AS SELECT * FROM cc.remote_public;
CREATE VIEW cc.over_readonly AS SELECT * FROM cc.remote_readonly;
CREATE VIEW cc.over_file AS SELECT * FROM cc.file;
GRANT SELECT, INSERT, UPDATE, DELETE ON cc.over_remote, cc.over_public, cc.over_readonly,
  cc.over_file TO regress_mapped;
RESET ROLE;
SELECT * FROM tried.rows('regress_mapped', 'cc', 'over*');
SELECT tried.outcome('regress_mapped', 'SELECT * FROM cc.over_remote') AS over_remote,
       tried.outcome('regress_mapped', 'SELECT * FROM cc.over_public') AS over_public;
CREATE USER MAPPING FOR regress_view_owner SERVER cc_remote OPTIONS (user 'x', password 'x');
SELECT * FROM tried.rows('regress_mapped', 'cc', 'over_remote');
SELECT tried.outcome('regress_mapped', 'SELECT * FROM cc.over_remote') AS over_remote;

DROP SCHEMA cc CASCADE;
DROP EXTENSION file_fdw CASCADE;
DROP EXTENSION postgres_fdw CASCADE;
DROP FOREIGN DATA WRAPPER cc_no_handler CASCADE;
DROP ROLE regress_mapped, regress_unmapped, regress_in_mapped, regress_view_owner, regress_super;
\set ECHO none
\i sql/include/try_done.psql
