-- In FROM, the rows of conncheck_permissions go on one by one where they can ("Custom Scan"), and by way of the server's
-- store where they cannot ("Function Scan"): the answer is the same, and so are the rules on who may call it.
CREATE EXTENSION conncheck;
SET client_min_messages = warning;
CREATE ROLE regress_streamed_app;
CREATE ROLE regress_streamed_group;
GRANT regress_streamed_group TO regress_streamed_app;
CREATE SCHEMA streamed;
GRANT USAGE ON SCHEMA streamed TO regress_streamed_group;
CREATE TABLE streamed.plain (id int, secret text);
CREATE TABLE streamed.by_column (id int, secret text);
CREATE VIEW streamed.shown AS SELECT id FROM streamed.plain;
CREATE TABLE streamed.filtered (id int);
ALTER TABLE streamed.filtered ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT ON streamed.plain, streamed.shown, streamed.filtered TO regress_streamed_group;
GRANT SELECT (id) ON streamed.by_column TO regress_streamed_app;

EXPLAIN (COSTS off) SELECT * FROM conncheck_permissions('regress_streamed_app', 'streamed');
EXPLAIN (COSTS off) SELECT * FROM conncheck_permissions('regress_streamed_app', 'streamed') WITH ORDINALITY;
EXPLAIN (COSTS off) SELECT p FROM conncheck_permissions('regress_streamed_app', 'streamed') p;
EXPLAIN (COSTS off) SELECT 1 FROM conncheck_permissions('regress_streamed_app', 'streamed') p WHERE p IS NOT NULL;

-- One by one, stored, as one value each, and outside of FROM.
SELECT schema_name, table_name, can_read, privileges, column_privileges, row_security
FROM conncheck_permissions('regress_streamed_app', 'streamed');
SELECT count(*), bool_and(a::text = b::text) AS the_same
FROM (SELECT row_number() OVER () AS n, (role_name, schema_name, table_name, kind, can_read, can_write, can_truncate,
             privileges, grantable, column_privileges, owner, row_security, blocked_by) AS a
      FROM conncheck_permissions('regress_streamed_app', 'streamed')) x
JOIN (SELECT ordinality AS n, (role_name, schema_name, table_name, kind, can_read, can_write, can_truncate,
             privileges, grantable, column_privileges, owner, row_security, blocked_by) AS b
      FROM conncheck_permissions('regress_streamed_app', 'streamed') WITH ORDINALITY) y USING (n);
SELECT left(p::text, 40) FROM conncheck_permissions('regress_streamed_app', 'streamed', 'by*') p;
SELECT (conncheck_permissions('regress_streamed_app', 'streamed', 'by*')).table_name;

-- Again for each row of something else, for the same role and for others.
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_material = off;
SELECT n, table_name FROM (VALUES (1), (2)) v (n) CROSS JOIN conncheck_permissions('regress_streamed_app', 'streamed', 'p*');
SELECT r, table_name FROM (VALUES ('regress_streamed_group'), ('regress_streamed_app')) v (r)
CROSS JOIN LATERAL conncheck_permissions(r::name, 'streamed') ORDER BY 1, 2;
SELECT r, (SELECT count(*) FROM conncheck_permissions(r::name, 'streamed') WHERE can_read)
FROM (VALUES ('regress_streamed_group'), ('regress_streamed_app')) v (r);
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_material;

SELECT left(q.t, 40) FROM (SELECT 1) x LEFT JOIN
  (SELECT p::text AS t FROM conncheck_permissions('regress_streamed_app', 'streamed', 'p*') p) q ON true;

-- Not to its end, backward, and in statements that are planned once.
SELECT table_name FROM conncheck_permissions('regress_streamed_app', 'streamed') LIMIT 1;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT table_name FROM conncheck_permissions('regress_streamed_app', 'streamed');
FETCH 2 FROM c;
DROP TABLE streamed.plain CASCADE;
REVOKE ALL ON streamed.filtered FROM regress_streamed_group;
FETCH BACKWARD 1 FROM c;
FETCH ALL FROM c; -- as it was when the cursor was opened
ROLLBACK;
PREPARE asked AS SELECT table_name FROM conncheck_permissions($1, 'streamed') WHERE table_name <> $2;
EXECUTE asked('regress_streamed_app', 'plain');
EXECUTE asked('regress_streamed_group', 'shown');

-- An error on the way leaves nothing behind.
DO $$
BEGIN
  FOR i IN 1..3 LOOP
    BEGIN
      PERFORM count(*) FROM (VALUES ('regress_streamed_app'), ('regress_streamed_nobody')) v (r),
                            LATERAL conncheck_permissions(r::name, 'streamed');
    EXCEPTION WHEN undefined_object THEN
      RAISE WARNING '%: %', i, SQLERRM;
    END;
  END LOOP;
END $$;

-- Who may not call the function may not call it.
BEGIN;
REVOKE EXECUTE ON FUNCTION conncheck_permissions FROM PUBLIC;
SET LOCAL ROLE regress_streamed_app;
SELECT table_name FROM conncheck_permissions();
ROLLBACK;
-- Made SECURITY DEFINER, it asks as its owner; the prepared plan is made anew.
BEGIN;
ALTER FUNCTION conncheck_permissions SECURITY DEFINER;
EXPLAIN (COSTS off) EXECUTE asked('regress_streamed_app', 'plain');
EXECUTE asked('regress_streamed_app', 'plain');
ROLLBACK;
EXPLAIN (COSTS off) EXECUTE asked('regress_streamed_app', 'plain');
-- Where rows are joined to a statement that locks or writes.
CREATE TABLE streamed.kept (name text);
INSERT INTO streamed.kept SELECT table_name FROM conncheck_permissions('regress_streamed_app', 'streamed') WHERE can_read;
UPDATE streamed.kept SET name = upper(name) FROM conncheck_permissions('regress_streamed_app', 'streamed') p
WHERE p.table_name = name AND can_read RETURNING name;
SELECT k.name FROM streamed.kept k JOIN conncheck_permissions('regress_streamed_app', 'streamed') p
ON upper(p.table_name) = k.name ORDER BY 1 FOR UPDATE OF k;

DROP SCHEMA streamed CASCADE;
DROP ROLE regress_streamed_app, regress_streamed_group;
DROP EXTENSION conncheck;
