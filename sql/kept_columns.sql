-- Columns of a view that nobody reads, and that the planner keeps all the same: their subqueries
-- call something volatile, be it in a view or a policy beneath. What they read is asked for.
\set ECHO none
\i sql/include/try.psql
\set ECHO all

CREATE SCHEMA kept;
CREATE ROLE regress_owner;
CREATE ROLE regress_user;
GRANT USAGE, CREATE ON SCHEMA kept TO PUBLIC;
CREATE TABLE kept.base (id int);
CREATE TABLE kept.secret (id int);
CREATE TABLE kept.secured (id int);
CREATE TABLE kept.steadily_secured (id int);
ALTER TABLE kept.secured ENABLE ROW LEVEL SECURITY;
ALTER TABLE kept.steadily_secured ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_chance ON kept.secured USING (random() < 1);
CREATE POLICY by_id ON kept.steadily_secured USING (id > 0);
GRANT SELECT ON kept.base, kept.secret, kept.secured, kept.steadily_secured TO regress_owner;
SET ROLE regress_owner;
CREATE VIEW kept.varies AS SELECT id, random() AS x FROM kept.base;
CREATE VIEW kept.over_varies AS SELECT id FROM kept.varies;
CREATE VIEW kept.steady AS SELECT id, abs(id) AS x FROM kept.base;
CREATE VIEW kept.with_varies AS SELECT id, (SELECT max(s.id) FROM kept.secret s, kept.varies) AS m FROM kept.base;
CREATE VIEW kept.with_varies_beneath AS SELECT id, (SELECT max(s.id) FROM kept.secret s, kept.over_varies) AS m FROM kept.base;
CREATE VIEW kept.with_steady AS SELECT id, (SELECT max(s.id) FROM kept.secret s, kept.steady) AS m FROM kept.base;
CREATE VIEW kept.with_secured AS SELECT id, (SELECT max(s.id) FROM kept.secret s, kept.secured) AS m FROM kept.base;
CREATE VIEW kept.with_steadily_secured AS
  SELECT id, (SELECT max(s.id) FROM kept.secret s, kept.steadily_secured) AS m FROM kept.base;
CREATE VIEW kept.without_varies AS SELECT id FROM kept.with_varies;
CREATE VIEW kept.without_varies_beneath AS SELECT id FROM kept.with_varies_beneath;
CREATE VIEW kept.without_steady AS SELECT id FROM kept.with_steady;
CREATE VIEW kept.without_secured AS SELECT id FROM kept.with_secured;
CREATE VIEW kept.without_steadily_secured AS SELECT id FROM kept.with_steadily_secured;
GRANT SELECT ON kept.without_varies, kept.without_varies_beneath, kept.without_steady, kept.without_secured,
  kept.without_steadily_secured TO regress_user;
RESET ROLE;
REVOKE SELECT ON kept.secret FROM regress_owner;

SELECT p.table_name, p.can_read, p.blocked_by,
       tried.outcome('regress_user', format('SELECT FROM kept.%I', p.table_name)) AS server
FROM conncheck_permissions('regress_user', 'kept') p;

-- All columns are read.
SELECT count(*), bool_or(p.can_read)
FROM conncheck_permissions('regress_owner', 'kept', 'with_*') p;

DROP SCHEMA kept CASCADE;
DROP ROLE regress_owner, regress_user;
\set ECHO none
\i sql/include/try_done.psql
