-- What stops a privilege that is held: schema, views, sequences, functions, foreign keys, row security.
SET client_min_messages = warning;
CREATE EXTENSION conncheck;
CREATE ROLE regress_ob_owner;
CREATE ROLE regress_ob_user;
CREATE SCHEMA regress_ob;
CREATE SCHEMA regress_ob_closed;
GRANT USAGE ON SCHEMA regress_ob TO regress_ob_user;
CREATE FUNCTION pg_temp.stopped(object text, privilege text, audited name DEFAULT 'regress_ob_user')
RETURNS TABLE (source text, usable boolean, who text, detail text, fix text)
LANGUAGE sql AS $$
  SELECT source, usable, role_path[1], CASE WHEN source = 'obstacle' THEN detail END, fix
  FROM conncheck_explain(object, privilege, audited) WITH ORDINALITY ORDER BY ordinality
$$;

CREATE TABLE regress_ob_closed.t (a int);
GRANT ALL ON regress_ob_closed.t TO regress_ob_user;
SELECT * FROM pg_temp.stopped('regress_ob_closed.t', 'DELETE');

-- views: their owner, or with security_invoker (see explain_invoker) their reader; deep down too
CREATE VIEW regress_ob.v AS SELECT a FROM regress_ob_closed.t;
ALTER VIEW regress_ob.v OWNER TO regress_ob_owner;
CREATE VIEW regress_ob.over_v AS SELECT a FROM regress_ob.v;
GRANT ALL ON regress_ob.v, regress_ob.over_v TO regress_ob_user;
SELECT * FROM pg_temp.stopped('regress_ob.v', 'SELECT');
SELECT * FROM pg_temp.stopped('regress_ob.over_v', 'SELECT');
SELECT * FROM pg_temp.stopped('regress_ob.over_v', 'INSERT');
GRANT SELECT ON regress_ob_closed.t TO regress_ob_owner;
SELECT * FROM pg_temp.stopped('regress_ob.over_v', 'SELECT');
CREATE VIEW regress_ob.grouped AS SELECT count(*) FROM regress_ob_closed.t;
GRANT ALL ON regress_ob.grouped TO regress_ob_user;
SELECT * FROM pg_temp.stopped('regress_ob.grouped', 'UPDATE');
SELECT * FROM pg_temp.stopped('regress_ob.grouped', 'TRUNCATE');

-- sequences and functions that an INSERT calls; identity columns ask for nothing
CREATE FUNCTION regress_ob.secret(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN 1; END';
REVOKE ALL ON FUNCTION regress_ob.secret FROM PUBLIC;
CREATE TABLE regress_ob.defaults (
  id serial, i int GENERATED ALWAYS AS IDENTITY, d int DEFAULT regress_ob.secret(1),
  CONSTRAINT "Check" CHECK (d > 0));
CREATE TABLE regress_ob.generated (a int, g int GENERATED ALWAYS AS (regress_ob.secret(a)) STORED);
GRANT ALL ON regress_ob.defaults, regress_ob.generated TO regress_ob_user;
SELECT * FROM pg_temp.stopped('regress_ob.defaults', 'INSERT');
SELECT * FROM pg_temp.stopped('regress_ob.defaults', 'UPDATE');
SELECT * FROM pg_temp.stopped('regress_ob.generated', 'UPDATE');
GRANT UPDATE ON SEQUENCE regress_ob.defaults_id_seq TO regress_ob_user;
GRANT EXECUTE ON FUNCTION regress_ob.secret TO regress_ob_user;
SELECT * FROM pg_temp.stopped('regress_ob.defaults', 'INSERT');

-- TRUNCATE: tables that reference it, theirs, and their own rights
CREATE TABLE regress_ob.referenced (id int PRIMARY KEY);
CREATE TABLE regress_ob.middle (id int PRIMARY KEY REFERENCES regress_ob.referenced);
CREATE TABLE regress_ob.last (id int REFERENCES regress_ob.middle, self int UNIQUE REFERENCES regress_ob.last (self));
GRANT TRUNCATE ON regress_ob.referenced, regress_ob.middle, regress_ob.last TO regress_ob_user;
REVOKE TRUNCATE ON regress_ob.last FROM regress_ob_user;
SELECT * FROM pg_temp.stopped('regress_ob.referenced', 'TRUNCATE');
GRANT TRUNCATE ON regress_ob.last TO regress_ob_user;
SELECT * FROM pg_temp.stopped('regress_ob.last', 'TRUNCATE');

-- row security without a policy for the role
CREATE TABLE regress_ob.rows (a int);
ALTER TABLE regress_ob.rows ENABLE ROW LEVEL SECURITY;
GRANT ALL ON regress_ob.rows TO regress_ob_user;
CREATE POLICY other ON regress_ob.rows TO regress_ob_owner USING (true);
CREATE POLICY strict ON regress_ob.rows AS RESTRICTIVE USING (true);
CREATE POLICY own ON regress_ob.rows FOR SELECT TO regress_ob_user USING (true);
SELECT * FROM pg_temp.stopped('regress_ob.rows', 'SELECT');
SELECT * FROM pg_temp.stopped('regress_ob.rows', 'INSERT');

-- foreign tables without a user mapping
CREATE EXTENSION postgres_fdw;
CREATE SERVER regress_ob_server FOREIGN DATA WRAPPER postgres_fdw;
CREATE FOREIGN TABLE regress_ob.remote (a int) SERVER regress_ob_server;
GRANT ALL ON regress_ob.remote TO regress_ob_user;
SELECT * FROM pg_temp.stopped('regress_ob.remote', 'SELECT');
CREATE USER MAPPING FOR regress_ob_user SERVER regress_ob_server;
SELECT * FROM pg_temp.stopped('regress_ob.remote', 'SELECT');

DROP EXTENSION postgres_fdw CASCADE;
DROP SCHEMA regress_ob, regress_ob_closed CASCADE;
DROP ROLE regress_ob_owner, regress_ob_user;
DROP EXTENSION conncheck;
