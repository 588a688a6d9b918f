-- Views with security_invoker (15 and later) ask the reader instead of their owner.
SELECT current_setting('server_version_num')::int < 150000 AS too_old \gset
\if :too_old
\quit
\endif
\set ECHO none
\i sql/include/try.psql
\set ECHO all

CREATE ROLE regress_owner;
CREATE ROLE regress_with_rights;
CREATE ROLE regress_without;
CREATE ROLE regress_reads_only;
CREATE SCHEMA cc AUTHORIZATION regress_owner;
GRANT USAGE ON SCHEMA cc TO PUBLIC;
SET ROLE regress_owner;
CREATE TABLE cc.base (id int, name text);
GRANT SELECT, INSERT, UPDATE, DELETE ON cc.base TO regress_with_rights;
GRANT SELECT (id) ON cc.base TO regress_reads_only;
CREATE VIEW cc.invoker WITH (security_invoker = true) AS SELECT id FROM cc.base;
CREATE VIEW cc.invoker_off WITH (security_invoker = off) AS SELECT id FROM cc.base;
CREATE VIEW cc.spelled_on WITH (security_invoker = 'Y') AS SELECT id FROM cc.base;
CREATE VIEW cc.spelled_off WITH (security_invoker = 'of') AS SELECT id FROM cc.base;
CREATE VIEW cc.plain AS SELECT id FROM cc.base;
CREATE VIEW cc.plain_over_invoker AS SELECT id FROM cc.invoker;
CREATE VIEW cc.invoker_over_plain WITH (security_invoker) AS SELECT id FROM cc.plain;
CREATE VIEW cc.invoker_over_invoker WITH (security_invoker, security_barrier)
  AS SELECT id FROM cc.invoker;
CREATE VIEW cc.invoker_with_rule WITH (security_invoker) AS SELECT id FROM cc.base;
-- a rule's own actions are asked of the owner in any case
CREATE RULE i AS ON INSERT TO cc.invoker_with_rule
  DO INSTEAD INSERT INTO cc.base (id) VALUES (new.id);
GRANT SELECT, INSERT, UPDATE, DELETE ON cc.invoker, cc.invoker_off, cc.plain,
  cc.plain_over_invoker, cc.invoker_over_plain, cc.invoker_over_invoker, cc.invoker_with_rule, cc.spelled_on, cc.spelled_off
  TO regress_with_rights, regress_without, regress_reads_only;
RESET ROLE;

SELECT * FROM tried.rows('regress_with_rights', 'cc', '*invoker*');
SELECT * FROM tried.rows('regress_without', 'cc', '*invoker*');
SELECT * FROM tried.rows('regress_reads_only', 'cc', '*invoker*');
SELECT * FROM tried.compare(
  '{regress_with_rights,regress_without,regress_reads_only,regress_owner}', 'cc');
-- the owner's loss is a plain view's, and not an invoker view's
REVOKE ALL ON cc.base FROM regress_owner;
SELECT * FROM tried.rows('regress_with_rights', 'cc');
SELECT * FROM tried.compare(
  '{regress_with_rights,regress_without,regress_reads_only,regress_owner}', 'cc');

DROP SCHEMA cc CASCADE;
DROP ROLE regress_owner, regress_with_rights, regress_without, regress_reads_only;
\set ECHO none
\i sql/include/try_done.psql
