-- What is published with its updates and deletes needs a replica identity, whoever writes.
SET client_min_messages = error;
CREATE EXTENSION conncheck;
CREATE SCHEMA pu;
CREATE TABLE pu.plain (id int);
CREATE TABLE pu.keyed (id int PRIMARY KEY);
CREATE TABLE pu.key_deferrable (id int PRIMARY KEY DEFERRABLE);
CREATE TABLE pu.whole (id int);
ALTER TABLE pu.whole REPLICA IDENTITY FULL;
CREATE TABLE pu.nothing (id int PRIMARY KEY);
ALTER TABLE pu.nothing REPLICA IDENTITY NOTHING;
CREATE TABLE pu.by_index (id int NOT NULL UNIQUE);
ALTER TABLE pu.by_index REPLICA IDENTITY USING INDEX by_index_id_key;
CREATE UNLOGGED TABLE pu.unlogged (id int);
CREATE TABLE pu.parted (id int) PARTITION BY LIST (id);
CREATE TABLE pu.parted_all PARTITION OF pu.parted DEFAULT;
CREATE VIEW pu.over AS SELECT id FROM pu.plain;

-- explained, and tried: one row for each table and statement of which either says no
CREATE FUNCTION pg_temp.outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement;
  RAISE SQLSTATE 'ZZ000';
EXCEPTION
  WHEN SQLSTATE 'ZZ000' THEN RETURN 'passes';
  WHEN object_not_in_prerequisite_state THEN RETURN SQLSTATE;
END $$;
CREATE FUNCTION pg_temp.refused() RETURNS TABLE (tbl name, privilege text, outcome text, detail text) LANGUAGE sql AS $$
  SELECT relname, privilege, outcome, detail
  FROM pg_class,
       LATERAL (VALUES ('INSERT', 'INSERT INTO pu.%I VALUES (1)'), ('UPDATE', 'UPDATE pu.%I SET id = 2'),
                       ('DELETE', 'DELETE FROM pu.%I')) s (privilege, statement),
       LATERAL pg_temp.outcome(format(statement, relname)) outcome
       LEFT JOIN LATERAL (SELECT e.detail FROM conncheck_explain(format('pu.%I', relname), privilege, current_user) e
                          WHERE e.source = 'obstacle') x ON true
  WHERE relnamespace = 'pu'::regnamespace AND relkind IN ('r', 'p', 'v') AND (outcome <> 'passes' OR detail IS NOT NULL)
  ORDER BY relname COLLATE "C", privilege
$$;
SELECT * FROM pg_temp.refused();
CREATE PUBLICATION regress_of_all FOR ALL TABLES;
SELECT * FROM pg_temp.refused();
DROP PUBLICATION regress_of_all;
CREATE PUBLICATION "regress Of one" FOR TABLE pu.plain WITH (publish = 'insert, delete');
SELECT * FROM pg_temp.refused();
DROP PUBLICATION "regress Of one";
CREATE PUBLICATION regress_of_key FOR TABLE pu.keyed;
SELECT * FROM pg_temp.refused();
DROP PUBLICATION regress_of_key;

DROP SCHEMA pu CASCADE;
DROP EXTENSION conncheck;
