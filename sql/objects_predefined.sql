-- What pg_read_all_data and pg_write_all_data, of PostgreSQL 14 and up, give besides tables.
SELECT current_setting('server_version_num')::int < 140000 AS too_old \gset
\if :too_old
\quit
\endif
CREATE EXTENSION conncheck;
CREATE ROLE regress_reads_all IN ROLE pg_read_all_data;
CREATE ROLE regress_writes_all IN ROLE pg_write_all_data;
CREATE SCHEMA oc_closed;
CREATE TABLE oc_closed.t (id int);
CREATE SEQUENCE oc_closed.s;
SELECT lo_create(70003);
SELECT role_name, object_type, identity, privileges, grantable, usable
FROM unnest('{regress_reads_all,regress_writes_all}'::name[]) r,
     conncheck_objects(r, '{schema,sequence,table,large object}') WHERE identity LIKE 'oc%' OR identity = '70003';
SET ROLE regress_writes_all;
SELECT nextval('oc_closed.s');
SELECT lo_get(70003);
RESET ROLE;
SELECT lo_unlink(70003);
SET client_min_messages = warning;
DROP SCHEMA oc_closed CASCADE;
DROP ROLE regress_reads_all, regress_writes_all;
DROP EXTENSION conncheck;
