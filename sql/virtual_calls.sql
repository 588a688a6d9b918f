-- Virtual generated columns (18 and later) call built-in functions, which somebody may have revoked: whoever reads such
-- a column, or writes where a constraint looks at it, needs EXECUTE.
SELECT current_setting('server_version_num')::int < 180000 AS too_old \gset
\if :too_old
\quit
\endif
\set ECHO none
\i sql/include/try.psql
\set ECHO all

CREATE ROLE regress_hashing;
CREATE ROLE regress_guest;
CREATE ROLE regress_view_owner;
CREATE SCHEMA cc;
GRANT USAGE ON SCHEMA cc TO PUBLIC;
GRANT CREATE ON SCHEMA cc TO regress_view_owner;
CREATE TABLE cc.plain (id int, name text);
CREATE TABLE cc.hashed (id int, name text, twice text GENERATED ALWAYS AS (md5(name)) VIRTUAL);
CREATE TABLE cc.not_null (id int, name text, twice text GENERATED ALWAYS AS (md5(name)) VIRTUAL NOT NULL);
CREATE TABLE cc.checked (id int, name text, twice text GENERATED ALWAYS AS (md5(name)) VIRTUAL CHECK (length(twice) > 3));
CREATE TABLE cc.checked_beside (id int CHECK (id > 0), name text, twice text GENERATED ALWAYS AS (md5(name)) VIRTUAL);
CREATE TABLE cc.secured (id int, name text, twice text GENERATED ALWAYS AS (md5(name)) VIRTUAL);
CREATE POLICY p ON cc.secured USING (twice > 'a');
ALTER TABLE cc.secured ENABLE ROW LEVEL SECURITY;
CREATE TABLE cc.secured_beside (id int, name text, twice text GENERATED ALWAYS AS (md5(name)) VIRTUAL);
CREATE POLICY p ON cc.secured_beside USING (id > 0);
ALTER TABLE cc.secured_beside ENABLE ROW LEVEL SECURITY;
CREATE TABLE cc.logged (id int, name text, twice text GENERATED ALWAYS AS (md5(name)) VIRTUAL);
CREATE RULE i AS ON INSERT TO cc.logged DO ALSO INSERT INTO cc.plain VALUES (new.id, new.twice);
CREATE TABLE cc.logged_beside (id int, name text, twice text GENERATED ALWAYS AS (md5(name)) VIRTUAL);
CREATE RULE i AS ON INSERT TO cc.logged_beside DO ALSO INSERT INTO cc.plain VALUES (new.id, new.name);
CREATE TABLE cc.parted (id int, name text, twice text GENERATED ALWAYS AS (md5(name)) VIRTUAL) PARTITION BY LIST (id);
CREATE TABLE cc.parted_all PARTITION OF cc.parted DEFAULT;
GRANT ALL ON ALL TABLES IN SCHEMA cc TO regress_view_owner;
SET ROLE regress_view_owner;
CREATE VIEW cc.over AS SELECT id, twice FROM cc.hashed;
CREATE VIEW cc.over_over AS SELECT twice FROM cc.over;
CREATE VIEW cc.over_id AS SELECT id FROM cc.hashed;
CREATE VIEW cc.over_id_over AS SELECT id FROM cc.over;
CREATE VIEW cc.over_where AS SELECT id FROM cc.hashed WHERE twice > 'a';
CREATE VIEW cc.over_whole AS SELECT hashed FROM cc.hashed;
CREATE VIEW cc.over_joined AS SELECT a.id, b.twice FROM cc.hashed a LEFT JOIN cc.hashed b ON a.id = b.id;
CREATE VIEW cc.over_secured AS SELECT id FROM cc.secured;
RESET ROLE;
REVOKE EXECUTE ON FUNCTION md5(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION md5(text) TO regress_hashing;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA cc TO regress_guest, regress_hashing;

SELECT tbl, r, w, blocked_by FROM tried.rows('regress_guest', 'cc');
SELECT count(*) FROM tried.rows('regress_hashing', 'cc') WHERE blocked_by <> '';
SELECT * FROM tried.compare('{regress_hashing,regress_view_owner}', 'cc');
-- EXPLAIN runs no constraint, and what it inserts is all NULL: rows are written besides
SELECT relation, fact, conncheck FROM tried.compare('{regress_guest}', 'cc') c;
SELECT tbl, tried.outcome('regress_guest', format('INSERT INTO cc.%I (id, name) VALUES (1, ''a'')', tbl))
FROM unnest('{plain,hashed,not_null,checked,checked_beside,secured_beside,logged,logged_beside,parted}'::text[]) tbl;

-- of many relations those in question are found by the functions, of a few each is looked at: both judge alike
CREATE SCHEMA cc_others;
DO $$
BEGIN
  FOR i IN 1..100 LOOP
    EXECUTE format('CREATE TABLE cc_others.t%s (); GRANT SELECT ON cc_others.t%s TO regress_guest', i, i);
  END LOOP;
END $$;
SELECT count(*) FROM
  (SELECT p::text FROM conncheck_permissions('regress_guest', 'cc*') p WHERE schema_name = 'cc') among_many
  FULL JOIN (SELECT p::text FROM pg_class c, conncheck_permissions('regress_guest', 'cc', c.relname::text) p
             WHERE c.relnamespace = 'cc'::regnamespace) alone USING (p)
WHERE among_many IS NULL OR alone IS NULL;
DROP SCHEMA cc_others CASCADE;

GRANT SELECT ON cc.plain TO regress_guest;
SELECT tbl, e.usable, e.source, e.detail, e.fix
FROM unnest('{hashed,over,over_id,checked}'::text[]) tbl, unnest('{SELECT,INSERT}'::text[]) privilege,
     conncheck_explain('cc.' || tbl, privilege, 'regress_guest') e
WHERE e.source = 'obstacle';
CREATE ROLE regress_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA cc TO regress_reader;
SELECT object_name FROM conncheck_objects('regress_reader', '{table}') WHERE NOT usable;

GRANT EXECUTE ON FUNCTION md5(text) TO PUBLIC;
REVOKE EXECUTE ON FUNCTION md5(text) FROM regress_hashing;
DROP SCHEMA cc CASCADE;
DROP ROLE regress_hashing, regress_guest, regress_view_owner, regress_reader;
\set ECHO none
\i sql/include/try_done.psql
