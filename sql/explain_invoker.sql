-- With security_invoker (15 and later) the reader needs what the view reads.
SELECT current_setting('server_version_num')::int < 150000 AS too_old \gset
\if :too_old
\quit
\endif
SET client_min_messages = warning;
CREATE EXTENSION conncheck;
CREATE ROLE regress_ei_user;
CREATE TABLE regress_ei_t (a int);
CREATE VIEW regress_ei_v WITH (security_invoker = true) AS SELECT a FROM regress_ei_t;
GRANT SELECT ON regress_ei_v TO regress_ei_user;
SELECT held, usable, source, role_path, detail, fix FROM conncheck_explain('regress_ei_v', 'SELECT', 'regress_ei_user');
DROP TABLE regress_ei_t CASCADE;
DROP ROLE regress_ei_user;
DROP EXTENSION conncheck;
