-- Options of views, which are stored as they were written: any word for a boolean, in any case.
\set ECHO none
\i sql/include/try.psql
\set ECHO all

CREATE ROLE regress_owner;
CREATE ROLE regress_reader;
CREATE SCHEMA cc AUTHORIZATION regress_owner;
GRANT USAGE ON SCHEMA cc TO PUBLIC;
SET ROLE regress_owner;
CREATE FUNCTION cc.denied(int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
REVOKE EXECUTE ON FUNCTION cc.denied FROM PUBLIC;
CREATE TABLE cc.base (id int);
CREATE VIEW cc.barrier_yes WITH (security_barrier = 'Yes') AS SELECT id FROM cc.base;
CREATE VIEW cc.barrier_t WITH (security_barrier = t) AS SELECT id FROM cc.base;
CREATE VIEW cc.barrier_of WITH (security_barrier = 'of') AS SELECT id FROM cc.base;
CREATE VIEW cc.over_barriers AS SELECT y.id FROM cc.barrier_yes y, cc.barrier_t t, cc.barrier_of o;
-- INSERT alone is left to the view, and asks for the condition beneath where it is cascaded
CREATE VIEW cc.filtered AS SELECT id FROM cc.base WHERE cc.denied(id);
CREATE VIEW cc.checked_cascaded WITH (check_option = 'Cascaded') AS SELECT id FROM cc.filtered;
CREATE VIEW cc.checked_local WITH (check_option = 'LOCAL') AS SELECT id FROM cc.filtered;
CREATE RULE u AS ON UPDATE TO cc.checked_cascaded DO INSTEAD NOTHING;
CREATE RULE d AS ON DELETE TO cc.checked_cascaded DO INSTEAD NOTHING;
CREATE RULE u AS ON UPDATE TO cc.checked_local DO INSTEAD NOTHING;
CREATE RULE d AS ON DELETE TO cc.checked_local DO INSTEAD NOTHING;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA cc TO regress_reader;
RESET ROLE;

SELECT * FROM tried.rows('regress_reader', 'cc');
SELECT * FROM tried.compare('{regress_owner,regress_reader}', 'cc');

DROP SCHEMA cc CASCADE;
DROP ROLE regress_owner, regress_reader;
\set ECHO none
\i sql/include/try_done.psql
