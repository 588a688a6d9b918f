-- A rule that does NOTHING asks for nothing: neither is its relation read, nor is the owner asked for it.
\set ECHO none
\i sql/include/try.psql
\set ECHO all
CREATE ROLE regress_owner;
CREATE ROLE regress_writer;
CREATE SCHEMA cc;
GRANT USAGE ON SCHEMA cc TO PUBLIC;
CREATE TABLE cc.base (id int);
CREATE VIEW cc.also_nothing AS SELECT id FROM cc.base;
CREATE RULE r AS ON UPDATE TO cc.also_nothing DO ALSO NOTHING;
CREATE VIEW cc.also_nothing_where AS SELECT id FROM cc.base;
CREATE RULE r AS ON UPDATE TO cc.also_nothing_where WHERE old.id > 1 DO ALSO NOTHING;
CREATE VIEW cc.instead_nothing AS SELECT id FROM cc.base;
CREATE RULE r AS ON UPDATE TO cc.instead_nothing DO INSTEAD NOTHING;
CREATE VIEW cc.also_something AS SELECT id FROM cc.base;
CREATE RULE r AS ON UPDATE TO cc.also_something DO ALSO INSERT INTO cc.base VALUES (old.id);
CREATE TABLE cc.with_policy (id int);
CREATE RULE r AS ON UPDATE TO cc.with_policy DO ALSO NOTHING;
CREATE TABLE cc.secret (id int);
CREATE POLICY own ON cc.with_policy TO regress_owner USING (EXISTS (SELECT FROM cc.secret));
CREATE POLICY others ON cc.with_policy TO regress_writer USING (true);
ALTER TABLE cc.with_policy ENABLE ROW LEVEL SECURITY;
ALTER TABLE cc.with_policy FORCE ROW LEVEL SECURITY;
GRANT ALL ON cc.also_nothing, cc.also_nothing_where, cc.instead_nothing, cc.also_something, cc.with_policy
  TO regress_writer;
GRANT INSERT, UPDATE, DELETE ON cc.base TO regress_owner;
ALTER VIEW cc.also_nothing OWNER TO regress_owner;
ALTER VIEW cc.also_nothing_where OWNER TO regress_owner;
ALTER VIEW cc.instead_nothing OWNER TO regress_owner;
ALTER VIEW cc.also_something OWNER TO regress_owner;
ALTER TABLE cc.with_policy OWNER TO regress_owner;
REVOKE SELECT ON cc.also_nothing, cc.also_nothing_where, cc.instead_nothing, cc.also_something, cc.with_policy
  FROM regress_owner;
SELECT table_name, can_read, can_write, blocked_by FROM conncheck_permissions('regress_writer', 'cc');
SELECT * FROM tried.compare('{regress_writer,regress_owner}', 'cc');

DROP SCHEMA cc CASCADE;
DROP ROLE regress_owner;
DROP ROLE regress_writer;
\set ECHO none
\i sql/include/try_done.psql
