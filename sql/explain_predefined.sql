-- What predefined roles give (pg_read_all_data: 14 and later).
SELECT current_setting('server_version_num')::int < 140000 AS too_old \gset
\if :too_old
\quit
\endif
SET client_min_messages = warning;
CREATE EXTENSION conncheck;
CREATE ROLE regress_ep_group IN ROLE pg_read_all_data;
CREATE ROLE regress_ep_member IN ROLE regress_ep_group;
CREATE ROLE regress_ep_set NOINHERIT IN ROLE regress_ep_group;
CREATE TABLE regress_ep_t (a int);
SELECT held, usable, source, role_path, detail, fix FROM conncheck_explain('schema pg_toast', 'USAGE', 'regress_ep_group');
SELECT held, source, role_path, requires_set_role FROM conncheck_explain('regress_ep_t', 'SELECT', 'regress_ep_member');
SELECT held, source, role_path, requires_set_role FROM conncheck_explain('regress_ep_t', 'SELECT', 'regress_ep_set');
SELECT held, source, role_path, requires_set_role FROM conncheck_explain('regress_ep_t', 'DELETE', 'regress_ep_member');
DROP TABLE regress_ep_t;
DROP ROLE regress_ep_member, regress_ep_set, regress_ep_group;
DROP EXTENSION conncheck;
