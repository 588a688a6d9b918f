-- TRUNCATE of foreign tables (14 and later): postgres_fdw takes it unless its options say no.
SELECT current_setting('server_version_num')::int < 140000 AS too_old \gset
\if :too_old
\quit
\endif
SET client_min_messages = warning;
CREATE EXTENSION conncheck;
CREATE EXTENSION postgres_fdw;
CREATE SCHEMA cc;
CREATE SERVER cc_open FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '/nonexistent');
CREATE SERVER cc_closed FOREIGN DATA WRAPPER postgres_fdw
  OPTIONS (host '/nonexistent', truncatable 'false');
CREATE USER MAPPING FOR PUBLIC SERVER cc_open OPTIONS (user 'x', password 'x');
CREATE USER MAPPING FOR PUBLIC SERVER cc_closed OPTIONS (user 'x', password 'x');
CREATE FOREIGN TABLE cc.by_default (id int) SERVER cc_open;
CREATE FOREIGN TABLE cc.table_says_no (id int) SERVER cc_open OPTIONS (truncatable 'false');
CREATE FOREIGN TABLE cc.server_says_no (id int) SERVER cc_closed;
CREATE FOREIGN TABLE cc.table_says_yes (id int) SERVER cc_closed OPTIONS (truncatable 'true');
CREATE ROLE regress_truncates;
GRANT USAGE ON SCHEMA cc TO regress_truncates;
GRANT TRUNCATE ON ALL TABLES IN SCHEMA cc TO regress_truncates;
SELECT table_name, can_read, can_write, can_truncate, blocked_by
FROM conncheck_permissions('regress_truncates', 'cc');
-- the server refuses with 55000 where the options do, and fails to connect where they do not
\set VERBOSITY sqlstate
TRUNCATE cc.table_says_no;
TRUNCATE cc.server_says_no;
TRUNCATE cc.by_default;
TRUNCATE cc.table_says_yes;
DROP SCHEMA cc CASCADE;
DROP ROLE regress_truncates;
DROP EXTENSION postgres_fdw CASCADE;
DROP EXTENSION conncheck;
