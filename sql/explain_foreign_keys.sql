-- Foreign keys are seen to by the owners of the tables: who lacks something there stops everybody's writes.
SET client_min_messages = warning;
CREATE EXTENSION conncheck;
CREATE ROLE regress_user;
CREATE ROLE regress_key_owner;
CREATE ROLE regress_referrer;
CREATE SCHEMA fk;
CREATE SCHEMA fk_closed;
GRANT USAGE ON SCHEMA fk, fk_closed TO PUBLIC;
GRANT CREATE ON SCHEMA fk, fk_closed TO regress_key_owner, regress_referrer;
SET ROLE regress_key_owner;
CREATE TABLE fk.keys (id int PRIMARY KEY, other int);
CREATE TABLE fk_closed.keys (id int PRIMARY KEY);
INSERT INTO fk.keys VALUES (1), (2), (3);
INSERT INTO fk_closed.keys VALUES (1), (2);
GRANT REFERENCES ON fk.keys, fk_closed.keys TO regress_referrer;
SET ROLE regress_referrer;
CREATE TABLE fk.closed (id int REFERENCES fk_closed.keys);
CREATE TABLE fk.plain (id int CONSTRAINT "Key" REFERENCES fk.keys);
CREATE TABLE fk.cascading (id int REFERENCES fk.keys ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE fk.restricting (id int REFERENCES fk.keys ON DELETE RESTRICT ON UPDATE RESTRICT);
CREATE TABLE fk.emptied (id int REFERENCES fk.keys ON DELETE SET NULL ON UPDATE SET NULL);
CREATE TABLE fk.parted (id int REFERENCES fk.keys) PARTITION BY LIST (id);
CREATE TABLE fk.parted_all PARTITION OF fk.parted DEFAULT;
CREATE TABLE fk.itself (id int PRIMARY KEY, up int REFERENCES fk.itself);
CREATE VIEW fk.over AS SELECT id FROM fk.plain;
RESET ROLE;
GRANT ALL ON ALL TABLES IN SCHEMA fk TO regress_user;
GRANT ALL ON fk_closed.keys TO regress_user;

CREATE FUNCTION pg_temp.outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  SET LOCAL ROLE regress_user;
  EXECUTE statement;
  RAISE SQLSTATE 'ZZ000';
EXCEPTION
  WHEN SQLSTATE 'ZZ000' THEN RETURN 'passes';
  WHEN insufficient_privilege THEN RETURN SQLERRM;
END $$;
CREATE FUNCTION pg_temp.stopped(tbl text, privilege text) RETURNS TABLE (usable boolean, who text, detail text, fix text)
LANGUAGE sql AS $$
  SELECT usable, role_path[1], CASE WHEN source = 'obstacle' THEN detail END, fix
  FROM conncheck_explain('fk.' || tbl, privilege, 'regress_user') WITH ORDINALITY ORDER BY ordinality
$$;
SELECT tbl, e.* FROM unnest('{plain,parted,over,itself}'::text[]) tbl, pg_temp.stopped(tbl, 'INSERT') e;
SELECT e.* FROM unnest('{UPDATE,DELETE}'::text[]) privilege, pg_temp.stopped('keys', privilege) e;

-- who owns the keys has revoked from itself
REVOKE SELECT, UPDATE ON fk.keys FROM regress_key_owner;
GRANT SELECT (other) ON fk.keys TO regress_key_owner;
REVOKE USAGE ON SCHEMA fk_closed FROM PUBLIC;
SELECT pg_temp.outcome('INSERT INTO fk.plain VALUES (1)'), pg_temp.outcome('INSERT INTO fk.plain VALUES (NULL)'),
       pg_temp.outcome('INSERT INTO fk.parted VALUES (1)'), pg_temp.outcome('INSERT INTO fk.over VALUES (1)'),
       pg_temp.outcome('INSERT INTO fk.closed VALUES (1)');
SELECT tbl, e.* FROM unnest('{plain,parted,parted_all,over,closed}'::text[]) tbl, pg_temp.stopped(tbl, 'INSERT') e;
SELECT * FROM pg_temp.stopped('plain', 'UPDATE');
SELECT * FROM pg_temp.stopped('plain', 'DELETE');
SELECT pg_temp.outcome('DELETE FROM fk.keys WHERE id = 3');
SELECT * FROM pg_temp.stopped('keys', 'DELETE');
-- SELECT of the key, and UPDATE of any column, are enough
GRANT SELECT (id), UPDATE (other) ON fk.keys TO regress_key_owner;
SELECT pg_temp.outcome('INSERT INTO fk.plain VALUES (2)'), pg_temp.outcome('DELETE FROM fk.keys WHERE id = 3');
SELECT * FROM pg_temp.stopped('plain', 'INSERT');

-- so has who owns the tables that reference them
REVOKE ALL ON fk.plain, fk.cascading, fk.restricting, fk.emptied, fk.parted FROM regress_referrer;
SELECT pg_temp.outcome('DELETE FROM fk.keys WHERE id = 3'), pg_temp.outcome('UPDATE fk.keys SET id = 4 WHERE id = 3'),
       pg_temp.outcome('UPDATE fk.keys SET other = 4 WHERE id = 3');
SELECT * FROM pg_temp.stopped('keys', 'DELETE');
SELECT * FROM pg_temp.stopped('keys', 'UPDATE');
DO $$
DECLARE
  fix text;
BEGIN
  FOR fix IN SELECT e.fix FROM conncheck_explain('fk.keys', 'DELETE', 'regress_user') e WHERE e.source = 'obstacle' LOOP
    EXECUTE fix;
  END LOOP;
END $$;
SELECT pg_temp.outcome('DELETE FROM fk.keys WHERE id = 3'), pg_temp.outcome('UPDATE fk.keys SET id = 4 WHERE id = 3');
SELECT * FROM pg_temp.stopped('keys', 'DELETE');
SELECT * FROM pg_temp.stopped('keys', 'UPDATE');

DROP SCHEMA fk, fk_closed CASCADE;
DROP ROLE regress_user, regress_key_owner, regress_referrer;
DROP EXTENSION conncheck;
