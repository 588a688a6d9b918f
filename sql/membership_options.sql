-- From 16 on, INHERIT belongs to each grant of membership.
SELECT current_setting('server_version_num')::int < 160000 AS too_old \gset
\if :too_old
\quit
\endif
\set ECHO none
\i sql/include/try.psql
\set ECHO all

CREATE ROLE regress_group;
CREATE ROLE regress_inherits;
CREATE ROLE regress_may_set;
CREATE ROLE regress_may_nothing;
GRANT regress_group TO regress_inherits WITH INHERIT TRUE, SET FALSE;
GRANT regress_group TO regress_may_set WITH INHERIT FALSE, SET TRUE;
GRANT regress_group TO regress_may_nothing WITH INHERIT FALSE, SET FALSE;
CREATE SCHEMA cc;
GRANT USAGE ON SCHEMA cc TO PUBLIC;
CREATE TABLE cc.t (id int);
GRANT SELECT ON cc.t TO regress_group;

SELECT * FROM tried.rows('regress_inherits', 'cc');
SELECT * FROM tried.rows('regress_may_set', 'cc');
SELECT * FROM tried.compare('{regress_inherits,regress_may_set,regress_may_nothing}', 'cc');

-- reachable by SET ROLE, and not inherited
SET SESSION AUTHORIZATION regress_inherits;
SELECT can_set_role FROM conncheck_session();
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION regress_may_set;
SELECT can_set_role FROM conncheck_session();
RESET SESSION AUTHORIZATION;
SET SESSION AUTHORIZATION regress_may_nothing;
SELECT can_set_role FROM conncheck_session();
RESET SESSION AUTHORIZATION;

DROP SCHEMA cc CASCADE;
DROP ROLE regress_group, regress_inherits, regress_may_set, regress_may_nothing;
\set ECHO none
\i sql/include/try_done.psql
