"""DDL and grants, in an endless random order, on objects that the sessions share and on such of their own."""

import random

# What a statement may run into while others do the same: the server's own answers to a race, not to a mistake here.
RACES = {
    "23505",  # both created it: the index noticed
    "2BP01",  # something depends on it by now
    "40P01",  # a deadlock
    "42501",  # the other's object, after a change of owner
    "XX000",  # "tuple concurrently updated", "cache lookup failed"
    "3F000", "42P01", "42703", "42704", "42883", "42P17",  # dropped
    "42P06", "42P07", "42701", "42710",  # there already
    "42P16",  # a view that changed meanwhile
    "0A000", "42809", "42611",  # the relation has become another kind, or has rules or dependants
    "55P03",  # a lock that is not to be had now
    "55006", "55000",
    "0LP01",
}

MAKE = (
    "CREATE SCHEMA IF NOT EXISTS {s}",
    "CREATE TABLE IF NOT EXISTS {s}.t (a int, b int, c text)",
    "CREATE TABLE IF NOT EXISTS {s}.p (a int, b int) PARTITION BY LIST (a)",
    "CREATE TABLE IF NOT EXISTS {s}.p1 PARTITION OF {s}.p FOR VALUES IN (1)",
    "CREATE OR REPLACE VIEW {s}.v AS SELECT a FROM {s}.t",
    "CREATE OR REPLACE VIEW {s}.w AS SELECT a FROM {s}.v WHERE EXISTS (SELECT FROM {s}.p)",
    "CREATE MATERIALIZED VIEW IF NOT EXISTS {s}.m AS SELECT a FROM {s}.t",
    "CREATE FOREIGN TABLE IF NOT EXISTS {s}.f (a int) SERVER nowhere",
    "CREATE VIEW {s}.vf AS SELECT a FROM {s}.f",
    "CREATE SEQUENCE IF NOT EXISTS {s}.q",
    "CREATE OR REPLACE FUNCTION {s}.fn() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "CREATE TYPE {s}.e AS ENUM ('x')",
    "CREATE ROLE {r}",
    "CREATE USER MAPPING IF NOT EXISTS FOR {r} SERVER nowhere",
)
CHANGE = (
    "GRANT SELECT, INSERT ON {s}.{t} TO {r} WITH GRANT OPTION",
    "GRANT ALL ON {s}.{t} TO lasting, PUBLIC",
    "GRANT SELECT (a), UPDATE (a) ON {s}.{t} TO lasting",
    "REVOKE ALL ON {s}.{t} FROM {r}, lasting, PUBLIC CASCADE",
    "GRANT USAGE ON SCHEMA {s} TO {r}",
    "GRANT ALL ON SCHEMA {s} TO PUBLIC",
    "REVOKE ALL ON SCHEMA {s} FROM PUBLIC",
    "GRANT SELECT ON ALL TABLES IN SCHEMA {s} TO lasting",
    "GRANT {r} TO lasting",
    "GRANT lasting TO {r}",
    "GRANT pg_monitor TO {r}",
    "REVOKE {r} FROM lasting",
    "ALTER ROLE {r} NOINHERIT",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA {s} GRANT SELECT ON TABLES TO {r}",
    "ALTER TABLE {s}.{t} OWNER TO {r}",
    "ALTER SCHEMA {s} OWNER TO {r}",
    "ALTER TABLE {s}.t ADD COLUMN IF NOT EXISTS d int GENERATED ALWAYS AS (a + 1) STORED",
    "ALTER TABLE {s}.t DROP COLUMN IF EXISTS d",
    "ALTER TABLE {s}.t DROP COLUMN IF EXISTS b",
    "ALTER TABLE {s}.t ALTER COLUMN c TYPE varchar(10)",
    "ALTER TABLE {s}.t RENAME TO renamed",
    "ALTER TABLE {s}.renamed RENAME TO t",
    "ALTER TABLE {s}.t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    "ALTER TABLE {s}.p DETACH PARTITION {s}.p1",
    "CREATE POLICY pol ON {s}.t TO lasting USING (a > 0)",
    "CREATE RULE r AS ON INSERT TO {s}.v DO INSTEAD INSERT INTO {s}.p VALUES (NEW.a)",
    "CREATE TRIGGER tr INSTEAD OF UPDATE ON {s}.v FOR EACH ROW EXECUTE FUNCTION {s}.fn()",
    "BEGIN; DROP TABLE {s}.t CASCADE; ROLLBACK",
    "BEGIN; CREATE TABLE {s}.never (a int); GRANT ALL ON {s}.never TO lasting; ROLLBACK",
    "BEGIN; ALTER TABLE {s}.t ADD COLUMN e int; GRANT SELECT (e) ON {s}.t TO PUBLIC; ALTER TABLE {s}.t DROP COLUMN e; COMMIT",
)
UNMAKE = (
    "DROP VIEW IF EXISTS {s}.v CASCADE",
    "DROP TABLE IF EXISTS {s}.{t} CASCADE",
    "DROP FOREIGN TABLE IF EXISTS {s}.f CASCADE",
    "DROP RULE IF EXISTS r ON {s}.v",
    "DROP POLICY IF EXISTS pol ON {s}.t",
    "DROP USER MAPPING IF EXISTS FOR {r} SERVER nowhere",
    "DROP SCHEMA IF EXISTS {s} CASCADE",
    "DROP OWNED BY {r} CASCADE",
    "DROP OWNED BY {r} CASCADE; DROP ROLE {r}",
)


class Changes:
    """Statements of one session."""

    def __init__(self, seed, session, roles):
        self._random = random.Random(seed)
        self._schemas = ("shared", f"s{session}")
        self._roles = roles

    def next(self):
        kind = self._random.choices((MAKE, CHANGE, UNMAKE), (6, 6, 2))[0]
        return self._random.choice(kind).format(
            s=self._random.choice(self._schemas),
            r=self._random.choice(self._roles),
            t=self._random.choice(("t", "p", "v", "w", "m", "f", "p1")),
        )
