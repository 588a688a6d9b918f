-- Groups: any depth, NOINHERIT, diamonds, a superuser among them.
\set ECHO none
\i sql/include/try.psql
\set ECHO all

CREATE ROLE regress_owner;
CREATE ROLE regress_top;
CREATE ROLE regress_middle;
CREATE ROLE regress_bottom;
CREATE ROLE regress_left;
CREATE ROLE regress_right;
CREATE ROLE regress_noinherit NOINHERIT;
CREATE ROLE regress_behind_noinherit;
GRANT regress_top TO regress_left, regress_right;
GRANT regress_left, regress_right TO regress_middle;
GRANT regress_middle TO regress_bottom;
GRANT regress_top TO regress_noinherit;
GRANT regress_noinherit TO regress_behind_noinherit;
CREATE ROLE regress_in_owner;
GRANT regress_owner TO regress_in_owner;

CREATE SCHEMA cc AUTHORIZATION regress_owner;
GRANT USAGE ON SCHEMA cc TO PUBLIC;
SET ROLE regress_owner;
CREATE TABLE cc.of_top (id int);
GRANT SELECT, INSERT, UPDATE, DELETE ON cc.of_top TO regress_top WITH GRANT OPTION;
CREATE TABLE cc.of_left (id int);
GRANT TRUNCATE ON cc.of_left TO regress_left;
CREATE TABLE cc.of_noinherit (id int);
GRANT SELECT ON cc.of_noinherit TO regress_noinherit;
CREATE TABLE cc.by_column (id int, secret text);
GRANT SELECT (id) ON cc.by_column TO regress_top;
RESET ROLE;

SELECT * FROM tried.rows('regress_bottom', 'cc');
SELECT table_name, grantable FROM conncheck_permissions('regress_bottom', 'cc');
-- what could only be had by SET ROLE is not held
SELECT * FROM tried.rows('regress_noinherit', 'cc');
SELECT * FROM tried.rows('regress_behind_noinherit', 'cc');
SELECT * FROM tried.rows('regress_in_owner', 'cc');
SELECT * FROM tried.compare('{regress_top,regress_bottom,regress_noinherit,
  regress_behind_noinherit,regress_in_owner,regress_left}', 'cc');

-- a superuser among the groups makes nobody a superuser, but has its own relations' privileges
CREATE ROLE regress_super SUPERUSER;
CREATE ROLE regress_in_super;
GRANT regress_super TO regress_in_super;
CREATE TABLE cc.of_super (id int);
ALTER TABLE cc.of_super OWNER TO regress_super;
SELECT * FROM tried.rows('regress_in_super', 'cc');
SELECT * FROM tried.compare('{regress_in_super,regress_super}', 'cc');

DROP SCHEMA cc CASCADE;
DROP ROLE regress_owner, regress_top, regress_middle, regress_bottom, regress_left, regress_right,
  regress_noinherit, regress_behind_noinherit, regress_in_owner, regress_super, regress_in_super;
\set ECHO none
\i sql/include/try_done.psql
