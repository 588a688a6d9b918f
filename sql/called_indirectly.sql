-- EXECUTE on what is called without being named: by a domain when a value is cast to it, by a default that stands in for
-- an argument, and by an aggregate, whose owner needs it.
\set ECHO none
\i sql/include/try.psql
\set ECHO all

CREATE ROLE regress_owner;
CREATE ROLE regress_guest;
CREATE ROLE regress_caller;
CREATE ROLE regress_aggregates;
CREATE ROLE regress_super SUPERUSER;
CREATE SCHEMA ci;
GRANT USAGE ON SCHEMA ci TO PUBLIC;
GRANT CREATE ON SCHEMA ci TO regress_owner, regress_aggregates;
SET ROLE regress_owner;
CREATE TABLE ci.t (id int, a int);
CREATE FUNCTION ci.ok(int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RETURN true; END';
CREATE FUNCTION ci.f(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE FUNCTION ci.plus(int, int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE FUNCTION ci.final(int) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN $1; END';
CREATE DOMAIN ci.checked AS int CHECK (ci.ok(VALUE));
CREATE DOMAIN ci.over_checked AS ci.checked;
CREATE DOMAIN ci.within_itself AS int;
ALTER DOMAIN ci.within_itself ADD CHECK (ci.ok(1::ci.checked) OR VALUE > 1);
CREATE DOMAIN ci.free AS int CHECK (VALUE > 0);
CREATE FUNCTION ci.defaults(a int, b int DEFAULT ci.f(1)) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
CREATE FUNCTION ci.defaults_again(a int DEFAULT ci.defaults(1)) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
SET ROLE regress_aggregates;
CREATE AGGREGATE ci.by_step(int) (SFUNC = ci.plus, STYPE = int);
CREATE AGGREGATE ci.by_final(int) (SFUNC = int4pl, STYPE = int, FINALFUNC = ci.final);
CREATE AGGREGATE ci.free(int) (SFUNC = int4pl, STYPE = int);
SET ROLE regress_owner;

CREATE VIEW ci.v_cast AS SELECT id::ci.checked AS id FROM ci.t;
CREATE VIEW ci.v_cast_twice AS SELECT id::ci.over_checked AS id FROM ci.t;
CREATE VIEW ci.v_cast_null AS SELECT NULL::ci.checked AS id;
CREATE VIEW ci.v_cast_array AS SELECT ARRAY[id]::ci.checked[] AS id FROM ci.t;
CREATE VIEW ci.v_cast_where AS SELECT id FROM ci.t WHERE id::ci.checked > 0;
CREATE VIEW ci.v_cast_unread AS SELECT id FROM (SELECT id, a::ci.checked AS d FROM ci.t) x;
CREATE VIEW ci.v_cast_subquery AS SELECT (SELECT max(a::ci.checked) FROM ci.t) AS m;
CREATE VIEW ci.v_cast_filter AS SELECT count(*) FILTER (WHERE a::ci.checked > 0) AS n FROM ci.t;
CREATE VIEW ci.v_cast_within AS SELECT id::ci.within_itself AS id FROM ci.t;
CREATE VIEW ci.v_cast_free AS SELECT id::ci.free AS id FROM ci.t;
CREATE TABLE ci.typed (d ci.checked);
CREATE VIEW ci.v_typed AS SELECT d FROM ci.typed;
CREATE VIEW ci.v_typed_again AS SELECT d::ci.over_checked AS d FROM ci.typed;
CREATE VIEW ci.v_defaults AS SELECT ci.defaults(id) AS d FROM ci.t;
CREATE VIEW ci.v_given AS SELECT ci.defaults(id, 2) AS d FROM ci.t;
CREATE VIEW ci.v_named AS SELECT ci.defaults(a => id) AS d FROM ci.t;
CREATE VIEW ci.v_defaults_again AS SELECT ci.defaults_again() AS d;
CREATE VIEW ci.v_step AS SELECT ci.by_step(id) AS s FROM ci.t;
CREATE VIEW ci.v_step_window AS SELECT ci.by_step(id) OVER () AS s FROM ci.t;
CREATE VIEW ci.v_final AS SELECT ci.by_final(id) AS s FROM ci.t;
CREATE VIEW ci.v_aggregate_free AS SELECT ci.free(id) AS s FROM ci.t;
CREATE VIEW ci.over AS SELECT id FROM ci.v_cast;
CREATE TABLE ci.secured (id int);
CREATE POLICY p ON ci.secured USING (id::ci.checked > 0);
ALTER TABLE ci.secured ENABLE ROW LEVEL SECURITY;
CREATE TABLE ci.logged (id int);
CREATE RULE r AS ON INSERT TO ci.logged DO ALSO INSERT INTO ci.t VALUES (new.id::ci.checked);
CREATE TABLE ci.cast_in_check (id int CHECK (id::ci.checked > 0));
CREATE TABLE ci.default_in_check (id int CHECK (ci.defaults(id) > 0));
GRANT ALL ON ALL TABLES IN SCHEMA ci TO regress_guest, regress_caller;
REVOKE EXECUTE ON FUNCTION ci.ok, ci.f FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ci.ok, ci.f TO regress_caller;
REVOKE EXECUTE ON FUNCTION ci.plus, ci.final FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ci.plus, ci.final TO regress_guest, regress_caller;
RESET ROLE;

SELECT tbl, r, w, blocked_by FROM tried.rows('regress_guest', 'ci') WHERE blocked_by <> '';
SELECT tbl, blocked_by FROM tried.rows('regress_caller', 'ci') WHERE blocked_by LIKE '%execute%';
SELECT * FROM tried.compare('{regress_guest,regress_caller,regress_owner,regress_super}', 'ci', 'v*');
SELECT * FROM tried.compare('{regress_guest,regress_caller}', 'ci', 'over');
SELECT * FROM tried.compare('{regress_guest,regress_caller}', 'ci', 'secured');
-- EXPLAIN does not show what a row is checked with
SELECT r, tbl, can_write, tried.outcome(r, format('INSERT INTO ci.%I VALUES (1)', tbl))
FROM unnest('{regress_guest,regress_caller}'::name[]) r,
     unnest('{logged,cast_in_check,default_in_check}'::text[]) tbl, conncheck_permissions(r, 'ci', tbl);
-- of many relations those in question are found by the functions, of a few each is looked at
CREATE SCHEMA ci_others;
DO $$
BEGIN
  FOR i IN 1..100 LOOP
    EXECUTE format('CREATE TABLE ci_others.t%s (); GRANT INSERT ON ci_others.t%s TO regress_guest', i, i);
  END LOOP;
END $$;
SELECT count(*) FROM
  (SELECT p::text FROM conncheck_permissions('regress_guest', 'ci*') p WHERE schema_name = 'ci') among_many
  FULL JOIN (SELECT p::text FROM pg_class c, conncheck_permissions('regress_guest', 'ci', c.relname::text) p
             WHERE c.relnamespace = 'ci'::regnamespace) alone USING (p)
WHERE among_many IS NULL OR alone IS NULL;
DROP SCHEMA ci_others CASCADE;
SELECT tbl, e.detail, e.fix
FROM unnest('{v_cast_twice,v_defaults_again,v_step,v_final}'::text[]) tbl,
     conncheck_explain('ci.' || tbl, 'SELECT', 'regress_guest') e WHERE e.source = 'obstacle';
DROP SCHEMA ci CASCADE;
DROP ROLE regress_owner, regress_guest, regress_caller, regress_aggregates, regress_super;
\set ECHO none
\i sql/include/try_done.psql
