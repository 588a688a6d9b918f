"""`conncheck init`: a configuration that finds nothing today, and each GRANT or REVOKE on a relation afterwards."""

import random

import pytest
from psycopg import sql

from loaded_catalogs import loaded

PRIVILEGES = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]
RELATIONS = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 1, 2
"""
# By the server's own word, whole relation and columns apart: {(schema, name, privilege): (held, by column)}.
HELD = """
    SELECT n.nspname, c.relname, p, has_table_privilege(%(role)s, c.oid, p),
           p IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') AND has_any_column_privilege(%(role)s, c.oid, p)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, unnest(%(privileges)s::text[]) p
    WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""
# The verdicts of the extension, from inside.
VERDICTS = """
    SELECT schema_name, table_name, to_jsonb(p) FROM conncheck_permissions(%(role)s, include_invisible => true) p
"""
# The ACLs of a relation (0) and of its columns.
ACLS = """
    WITH it AS (
      SELECT c.oid, c.relacl FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = %s AND c.relname = %s
    )
    SELECT oid, 0, relacl::text FROM it
    UNION ALL SELECT attrelid, attnum, attacl::text FROM pg_attribute JOIN it ON attrelid = oid WHERE attnum > 0
"""
MUTATIONS = 12


def held(database, role):
    rows = database.sql(HELD, {"role": role, "privileges": PRIVILEGES})
    return {(schema, table, privilege): (whole, part) for schema, table, privilege, whole, part in rows}


def verdicts(database, role):
    return {(schema, table): row for schema, table, row in database.sql(VERDICTS, {"role": role})}


def found(program, config, *arguments):
    """What require and forbid find: {(schema, table): privileges}."""
    run = program.run(["check", "--format", "json", *arguments], config=config)
    check = run.report["checks"][0]
    assert check["error"] is None, check["error"]
    result = {}
    for finding in check["findings"]:
        if finding["rule"] in ("require", "forbid"):
            result.setdefault((finding["schema_name"], finding["table_name"]), set()).update(finding["missing"])
    return result


def initial(program, url, *arguments):
    """The configuration that init writes, with the password put where it says."""
    run = program.run(["init", "--from", url, *arguments])
    assert (run.exit_code, run.stderr) == (0, ""), run.output
    return run.stdout


def with_password(text, role):
    line = next(line for line in text.splitlines() if line.startswith("    # password: "))
    variable = line.split("env: ")[1].split("}")[0]
    return text.replace(line, f"    password: {{env: {variable}}}"), {variable: role.password}


def test_the_configuration_needs_only_its_password(program, database, make_role):
    app = make_role("in_app")
    database.sql("CREATE TABLE t (id int); GRANT SELECT ON t TO in_app")
    text = initial(program, database.url(app, application_name="x y"))
    assert app.password not in text
    config, environment = with_password(text, app)
    run = program.run(["validate"], config=config, env=environment)
    assert run.exit_code == 0, run.output
    run = program.run(["check", "--format", "json"], config=config, env=environment)
    assert run.exit_code == 0, run.output
    database.sql("REVOKE SELECT ON t FROM in_app; GRANT DELETE ON t TO in_app")
    run = program.run(["check", "--format", "json"], config=config, env=environment)
    assert run.exit_code == 2
    findings = run.report["checks"][0]["findings"]
    assert {(row["rule"], *row["missing"]) for row in findings if row["rule"] in ("require", "forbid")} == {
        ("require", "SELECT"),
        ("forbid", "DELETE"),
    }


def test_names_of_all_kinds_come_back_as_they_are(program, database, make_role):
    app = make_role('in "odd" ${HOME}')
    names = ["plain", "with.dot", 'q"uote', "star*", "what?", "${HOME}", "$${x}", "new\nline", "ünï", "true", " sp ace ", "back\\slash", "#c"]
    for name in names:
        identifier = sql.Identifier(name)
        with database.connect() as connection:
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(identifier))
            connection.execute(sql.SQL("CREATE TABLE {}.{} (id int)").format(identifier, identifier))
            connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(identifier, sql.Identifier(app.name)))
            connection.execute(sql.SQL("GRANT SELECT ON {}.{} TO {}").format(identifier, identifier, sql.Identifier(app.name)))
    config, environment = with_password(initial(program, database.url(app)), app)
    run = program.run(["check", "--format", "json"], config=config, env=environment)
    assert run.exit_code == 0, run.output
    for name in names:
        with database.connect() as connection:
            connection.execute(sql.SQL("REVOKE SELECT ON {0}.{0} FROM PUBLIC, {1}").format(
                sql.Identifier(name), sql.Identifier(app.name)))  # fmt: skip
    run = program.run(["check", "--format", "json"], config=config, env=environment)
    missing = [row["table_name"] for row in run.report["checks"][0]["findings"] if row["rule"] == "require"]
    assert sorted(missing) == sorted(names)


def test_bad_usage(program):
    for arguments, reason in ((["init"], "--from URL"), (["init", "--from", "mysql://x:hunter2@y/z"], "--from")):
        run = program.run(arguments)
        assert (run.exit_code, run.stdout) == (3, ""), run.output
        assert reason in run.stderr and "hunter2" not in run.output
    run = program.run(["init", "--from", "postgresql://x:hunter2@127.0.0.1:1/z"])
    assert (run.exit_code, run.stdout) == (2, "")
    assert "refused" in run.stderr and "hunter2" not in run.output
