-- Row-level security: none, applies, bypassed.
\set ECHO none
\i sql/include/try.psql
\set ECHO all

CREATE ROLE regress_owner;
CREATE ROLE regress_in_owner;
CREATE ROLE regress_reader;
CREATE ROLE regress_bypass BYPASSRLS;
CREATE ROLE regress_in_bypass;
CREATE ROLE regress_super SUPERUSER;
GRANT regress_owner TO regress_in_owner;
GRANT regress_bypass TO regress_in_bypass;
CREATE SCHEMA cc AUTHORIZATION regress_owner;
GRANT USAGE ON SCHEMA cc TO PUBLIC;
SET ROLE regress_owner;
CREATE TABLE cc.without (id int);
CREATE TABLE cc.enabled (id int);
ALTER TABLE cc.enabled ENABLE ROW LEVEL SECURITY;
CREATE TABLE cc.forced (id int);
ALTER TABLE cc.forced ENABLE ROW LEVEL SECURITY;
ALTER TABLE cc.forced FORCE ROW LEVEL SECURITY;
CREATE TABLE cc.forced_not_enabled (id int);
ALTER TABLE cc.forced_not_enabled FORCE ROW LEVEL SECURITY;
GRANT SELECT ON ALL TABLES IN SCHEMA cc TO PUBLIC;
RESET ROLE;

SELECT role, max(row_security) FILTER (WHERE table_name = 'without') AS without,
       max(row_security) FILTER (WHERE table_name = 'enabled') AS enabled,
       max(row_security) FILTER (WHERE table_name = 'forced') AS forced,
       max(row_security) FILTER (WHERE table_name = 'forced_not_enabled') AS not_enabled
FROM unnest('{regress_owner,regress_in_owner,regress_reader,regress_bypass,regress_in_bypass,
              regress_super,public}'::name[]) role, conncheck_permissions(role, 'cc')
GROUP BY role ORDER BY role;
SELECT * FROM tried.compare('{regress_owner,regress_in_owner,regress_reader,regress_bypass,
  regress_in_bypass,regress_super}', 'cc');

DROP SCHEMA cc CASCADE;
DROP ROLE regress_owner, regress_in_owner, regress_reader, regress_bypass, regress_in_bypass,
  regress_super;
\set ECHO none
\i sql/include/try_done.psql
