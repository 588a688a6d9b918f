-- Parameters, which can be granted from PostgreSQL 15 on.
SELECT current_setting('server_version_num')::int < 150000 AS too_old \gset
\if :too_old
\quit
\endif
CREATE EXTENSION conncheck;
CREATE ROLE regress_user;
CREATE ROLE regress_group;
CREATE ROLE regress_member IN ROLE regress_group;
GRANT SET ON PARAMETER log_duration TO regress_group;
GRANT ALTER SYSTEM ON PARAMETER work_mem TO regress_user WITH GRANT OPTION;
GRANT SET ON PARAMETER a_custom_parameter_with.a_name_that_is_longer_than_what_the_type_called_name_can_hold TO PUBLIC;
SELECT schema_name, object_name, identity, owner, privileges, grantable, usable
FROM conncheck_objects('regress_user', '{parameter}');
SELECT identity, privileges, grantable FROM conncheck_objects('regress_member', '{parameter}');
SELECT identity, privileges, grantable FROM conncheck_objects(CURRENT_USER, '{parameter}');
REVOKE SET ON PARAMETER a_custom_parameter_with.a_name_that_is_longer_than_what_the_type_called_name_can_hold FROM PUBLIC;
DROP OWNED BY regress_user, regress_group;
SELECT count(*) FROM conncheck_objects(CURRENT_USER, '{parameter}');
DROP ROLE regress_user, regress_group, regress_member;
DROP EXTENSION conncheck;
