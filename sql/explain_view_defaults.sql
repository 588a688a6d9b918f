-- INSERT through a view: the view's own defaults, and those of its columns' domains, come before those beneath.
SET client_min_messages = warning;
CREATE EXTENSION conncheck;
CREATE ROLE regress_user;
CREATE SCHEMA vd;
GRANT USAGE ON SCHEMA vd TO regress_user;
CREATE SEQUENCE vd.of_view;
CREATE SEQUENCE vd.of_table;
CREATE FUNCTION vd.f() RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1; END';
REVOKE EXECUTE ON FUNCTION vd.f FROM PUBLIC;
CREATE DOMAIN vd.seven AS int DEFAULT 7;
CREATE DOMAIN vd.calling AS int DEFAULT vd.f();
CREATE TABLE vd.base (id int DEFAULT nextval('vd.of_table'));
CREATE TABLE vd.of_domain (d vd.seven DEFAULT nextval('vd.of_table'));
CREATE TABLE vd.plain (id int, c vd.calling DEFAULT 3);
CREATE VIEW vd.over AS SELECT id FROM vd.base;
CREATE VIEW vd.over_domain AS SELECT d FROM vd.of_domain;
CREATE VIEW vd.replaced AS SELECT id FROM vd.base;
ALTER VIEW vd.replaced ALTER COLUMN id SET DEFAULT 5;
CREATE VIEW vd.replaced_by_null AS SELECT id FROM vd.base;
ALTER VIEW vd.replaced_by_null ALTER COLUMN id SET DEFAULT NULL;
CREATE VIEW vd.by_sequence AS SELECT id AS "Id" FROM vd.base;
ALTER VIEW vd.by_sequence ALTER COLUMN "Id" SET DEFAULT nextval('vd.of_view');
CREATE VIEW vd.over_by_sequence AS SELECT "Id" FROM vd.by_sequence;
CREATE VIEW vd.replaced_again AS SELECT "Id" FROM vd.by_sequence;
ALTER VIEW vd.replaced_again ALTER COLUMN "Id" SET DEFAULT 1;
CREATE VIEW vd.calling_domain AS SELECT id, c FROM vd.plain;
CREATE FUNCTION vd.fired() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE VIEW vd.by_trigger AS SELECT 1 AS id;
ALTER VIEW vd.by_trigger ALTER COLUMN id SET DEFAULT vd.f();
CREATE TRIGGER t INSTEAD OF INSERT ON vd.by_trigger FOR EACH ROW EXECUTE FUNCTION vd.fired();
GRANT INSERT ON ALL TABLES IN SCHEMA vd TO regress_user;

-- explained, and tried: rows are written
CREATE FUNCTION pg_temp.outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  SET LOCAL ROLE regress_user;
  EXECUTE statement;
  RESET ROLE;
  RETURN 'passes';
EXCEPTION WHEN insufficient_privilege THEN
  RETURN SQLERRM;
END $$;
SELECT table_name, pg_temp.outcome(format('INSERT INTO vd.%I DEFAULT VALUES', table_name)) FROM conncheck_permissions('regress_user', 'vd');
SELECT table_name, e.usable, e.source, e.detail, e.fix
FROM conncheck_permissions('regress_user', 'vd') WITH ORDINALITY p, conncheck_explain(format('vd.%I', table_name), 'INSERT', 'regress_user') e
ORDER BY ordinality;

DROP SCHEMA vd CASCADE;
DROP ROLE regress_user;
DROP EXTENSION conncheck;
