-- Virtual columns call built-in functions, when they are read and where a constraint looks at them. What the planner drops
-- of them is left out: see unread_columns.sql.
CREATE TABLE wf.hashed (id int, name text, hash text GENERATED ALWAYS AS (md5(name)) VIRTUAL);
CREATE TABLE wf.hashed_not_null (id int, name text, hash text GENERATED ALWAYS AS (md5(coalesce(name, ''))) VIRTUAL NOT NULL);
CREATE TABLE wf.hashed_checked (id int, name text, hash text GENERATED ALWAYS AS (md5(name)) VIRTUAL CHECK (length(hash) > 3));
CREATE TABLE wf.hashed_beside (id int CHECK (id > 0), name text, hash text GENERATED ALWAYS AS (md5(name)) VIRTUAL);
CREATE TABLE wf.log_of_hashes (hash text);
-- (of a NULL that is written nothing would be called)
CREATE TABLE wf.hashed_logged (id int, name text, hash text GENERATED ALWAYS AS (md5(coalesce(name, ''))) VIRTUAL);
CREATE RULE i AS ON INSERT TO wf.hashed_logged DO ALSO INSERT INTO wf.log_of_hashes VALUES (new.hash);
CREATE TABLE wf.hashed_secured (id int, name text, hash text GENERATED ALWAYS AS (md5(name)) VIRTUAL);
CREATE POLICY p ON wf.hashed_secured USING (hash IS NULL);
ALTER TABLE wf.hashed_secured ENABLE ROW LEVEL SECURITY;
CREATE TABLE wf.hashed_secured_beside (id int, name text, hash text GENERATED ALWAYS AS (md5(name)) VIRTUAL);
CREATE POLICY p ON wf.hashed_secured_beside USING (id IS NULL);
ALTER TABLE wf.hashed_secured_beside ENABLE ROW LEVEL SECURITY;
CREATE VIEW wf.over_hashed AS SELECT id, lower(hash) AS hash FROM wf.hashed;
CREATE VIEW wf.over_hashed_id AS SELECT id FROM wf.hashed;
CREATE VIEW wf.over_hashed_where AS SELECT id FROM wf.hashed WHERE hash IS NULL;
CREATE VIEW wf.over_hashed_secured AS SELECT id FROM wf.hashed_secured;
REVOKE EXECUTE ON FUNCTION md5(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION md5(text) TO er_calling;
INSERT INTO wf.hashed (id) VALUES (NULL);
INSERT INTO wf.hashed_not_null (id) VALUES (NULL);
INSERT INTO wf.hashed_checked (id) VALUES (NULL);
INSERT INTO wf.hashed_beside (id) VALUES (NULL);
INSERT INTO wf.hashed_logged (id) VALUES (NULL);
INSERT INTO wf.hashed_secured (id) VALUES (NULL);
INSERT INTO wf.hashed_secured_beside (id) VALUES (NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA wf TO er_calling, er_not_calling;
GRANT DELETE ON ALL TABLES IN SCHEMA wf TO er_only_deletes;
