"""`conncheck grants`: its statements, run as a superuser, make the next check pass, and hit whom it says."""

import random
import re

import pytest

from loaded_catalogs import loaded

PRIVILEGES = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]
RUNGS = [[], ["--no-extension"]]
OTHERS = re.compile(r"^-- It takes the same from others who have it by nothing else: (.*)\.$", re.MULTILINE)

# Every way in which a privilege can be held, and every reason why one can be lacking.
SHOP = """
    CREATE ROLE gr_owner; CREATE ROLE gr_readers; CREATE ROLE gr_writers;
    CREATE ROLE gr_deep IN ROLE gr_writers; CREATE ROLE gr_lender; CREATE ROLE gr_friend;
    CREATE ROLE "gr "" odd";
    CREATE ROLE gr_other IN ROLE gr_writers, gr_readers; CREATE ROLE gr_unreached;
    GRANT gr_readers, gr_deep, "gr "" odd" TO gr_app;
    CREATE SCHEMA gr; CREATE SCHEMA gr_closed; CREATE SCHEMA "gr ""odd"" s";
    GRANT USAGE ON SCHEMA gr, "gr ""odd"" s" TO gr_app, gr_lender;
    CREATE TABLE gr.direct (id int, name text); CREATE TABLE gr.by_group (id int); CREATE TABLE gr.deep (id int);
    CREATE TABLE gr.of_public (id int); CREATE TABLE gr.columns (id int, name text); CREATE TABLE gr.passed_on (id int);
    CREATE TABLE gr.lent (id int); CREATE TABLE gr.twice (id int); CREATE TABLE gr.lacking (id int, name text);
    CREATE TABLE gr_closed.held (id int); CREATE TABLE gr_closed.lacking (id int);
    CREATE TABLE "gr ""odd"" s"."t, ""x""
    --" (id int);
    CREATE VIEW gr.view AS SELECT id FROM gr.direct;
    CREATE MATERIALIZED VIEW gr.matview AS SELECT id FROM gr.direct;
    GRANT SELECT, DELETE ON gr.direct TO gr_app;
    GRANT DELETE ON gr.by_group TO gr_writers; GRANT DELETE, SELECT ON gr.by_group TO gr_readers;
    GRANT DELETE ON gr.deep TO gr_deep, gr_other;
    GRANT TRUNCATE, DELETE ON gr.of_public TO PUBLIC; GRANT TRUNCATE ON gr.of_public TO gr_unreached;
    GRANT SELECT (id) ON gr.lacking TO gr_app;
    GRANT INSERT (id), INSERT (name) ON gr.columns TO gr_writers; GRANT INSERT (name) ON gr.columns TO gr_app;
    GRANT DELETE ON gr.passed_on TO gr_app WITH GRANT OPTION;
    SET ROLE gr_app; GRANT DELETE ON gr.passed_on TO gr_friend; RESET ROLE;
    GRANT DELETE ON gr.lent TO gr_lender WITH GRANT OPTION;
    SET ROLE gr_lender; GRANT DELETE ON gr.lent TO gr_app, gr_readers; RESET ROLE;
    GRANT DELETE ON gr.twice TO gr_app, gr_writers, PUBLIC;
    GRANT DELETE ON gr_closed.held TO gr_app;
    GRANT DELETE ON gr.view TO "gr "" odd"; GRANT TRUNCATE ON gr.view TO gr_app; GRANT DELETE ON gr.matview TO gr_app;
    GRANT DELETE ON "gr ""odd"" s"."t, ""x""
    --" TO "gr "" odd";
"""
POLICY = {
    "require": [
        {"tables": ["gr.lacking", "gr.direct", "gr.by_group", "gr_closed.lacking"], "privileges": ["read"]},
        {"tables": ["gr.columns"], "privileges": ["SELECT", "UPDATE"]},
        {"tables": ["gr.view"], "privileges": ["read"]},
    ],
    "forbid": [{"tables": ["*.*"], "privileges": ["DELETE", "TRUNCATE"]}, {"tables": ["gr.columns"], "privileges": ["INSERT"]}],
}


def configured(database, role, policy, **more):
    connection = {"name": "shop", "url": database.url(role), "timeout": "100s", **policy, **more}
    return {"version": 1, "connections": [connection]}


def broken(program, config, *arguments):
    """Findings of require and forbid, as (role, finding)."""
    run = program.run(["check", "--format", "json", *arguments], config=config)
    check = run.report["checks"][0]
    assert check["error"] is None, check["error"]
    parts = [(check["session"]["role_name"], check["findings"])]
    parts += [(role["role_name"], role["findings"]) for role in check["roles"]]
    return [(role, finding) for role, findings in parts for finding in findings if finding["rule"] in ("require", "forbid")]


def held(database):
    """Everything that every role holds, by the server's own word: {(role, relation, privilege)}."""
    return set(
        database.sql(
            """
            SELECT r.rolname, c.oid::regclass::text, p
            FROM pg_roles r, pg_class c, unnest(%s::text[]) p
            WHERE r.oid >= 16384 AND c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
              AND CASE WHEN p IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
                       THEN has_any_column_privilege(r.oid, c.oid, p) ELSE has_table_privilege(r.oid, c.oid, p) END
            """,
            [PRIVILEGES],
        )
    )


def told_others(script):
    """The roles of which the script says that its statements hit them, too."""
    names = set()
    joined = re.sub(r"\n-- (?!(It|To|No|\*|\S+ (holds|can))\b)", " ", script)
    for line in OTHERS.findall(joined):
        names |= {name.strip('"').replace('""', '"') for name in line.split(", ")}
    return names


@pytest.fixture
def shop(cluster, make_database, make_role):
    """(database, its login role), with everything that SHOP has; what it creates goes at the end."""
    app = make_role("gr_app")
    database = make_database()
    database.sql(SHOP)
    database.create_extension()
    yield database, app
    roles = ["gr_owner", "gr_readers", "gr_writers", "gr_deep", "gr_lender", "gr_friend", 'gr " odd', "gr_other", "gr_unreached"]
    quoted = ", ".join('"' + role.replace('"', '""') + '"' for role in roles)
    database.sql(f"DROP OWNED BY {quoted}, gr_app; DROP ROLE {quoted}")


@pytest.mark.parametrize("rung", RUNGS)
def test_its_statements_make_the_check_pass(program, shop, rung):
    database, app = shop
    config = configured(database, app, POLICY)
    assert len(broken(program, config, *rung)) >= 14
    before = held(database)
    run = program.run(["grants", "shop", *rung], config=config)
    assert (run.exit_code, run.stderr) == (0, ""), run.output
    assert held(database) == before, "it prints, it does not run"
    database.sql(run.stdout)
    assert broken(program, config, *rung) == []
    lost = {role for role, _, _ in before - held(database)} - {"gr_app"}
    assert told_others(run.stdout) == lost
    assert {"gr_friend", "gr_other", "gr_writers", "gr_unreached"} <= lost
    again = program.run(["grants", "shop", *rung], config=config)
    assert (again.exit_code, again.stdout.count("nothing to run")) == (0, 1)


def test_predefined_roles_are_left_and_what_is_required_is_granted_instead(program, database, make_role, cluster):
    if cluster.version < 14:
        return  # they have no predefined role for this
    app, other = make_role("gp_app"), make_role("gp_other")
    group = make_role("gp_group", login=False)
    database.sql(
        """
        CREATE SCHEMA gp;
        CREATE TABLE gp.secret (id int); CREATE TABLE gp.needed (id int);
        GRANT pg_read_all_data TO gp_group; GRANT gp_group TO gp_app, gp_other;
        """
    )
    policy = {
        "require": [{"tables": ["gp.needed"], "privileges": ["read"]}],
        "forbid": [{"tables": ["gp.secret"], "privileges": ["read"]}],
    }
    config = configured(database, app, policy)
    run = program.run(["grants", "shop"], config=config)
    assert run.exit_code == 0, run.output
    assert "REVOKE pg_read_all_data FROM gp_group;" in run.stdout
    assert told_others(run.stdout) == {other.name, group.name}
    database.sql(run.stdout)
    assert broken(program, config) == []


@pytest.mark.parametrize("rung", RUNGS)
def test_what_set_role_reaches_is_revoked_there(program, database, make_role, rung):
    power = make_role("gs_power", login=False)
    app = make_role("gs_app", "NOINHERIT IN ROLE gs_power")
    database.sql(f"CREATE TABLE t (id int); GRANT DELETE ON t TO {power.name}")
    config = configured(database, app, {"forbid": [{"tables": ["*.*"], "privileges": ["DELETE"]}]})
    assert [finding["severity"] for _, finding in broken(program, config, *rung)] == ["warning"]
    run = program.run(["grants", "shop", *rung], config=config)
    assert run.exit_code == 0, run.output
    database.sql(run.stdout)
    assert broken(program, config, *rung) == []


def test_it_says_why_no_statement_helps(program, database, make_role):
    boss = make_role("gi_super", "SUPERUSER")
    owner = make_role("gi_owner")
    member = make_role("gi_member", "IN ROLE gi_owner")
    database.sql(
        """
        CREATE TABLE t (id int); ALTER TABLE t OWNER TO gi_owner;
        CREATE TABLE u (id int); GRANT SELECT ON u TO gi_owner;
        CREATE MATERIALIZED VIEW m AS SELECT 1 AS a;
        """
    )
    reading = {"forbid": [{"tables": ["*.t"], "privileges": ["read"]}]}
    for role, policy, reason in (
        (boss, reading, "gi_super is a superuser"),
        (owner, reading, "gi_owner owns public.t"),
        (member, reading, "gi_member has the rights of gi_owner"),
        (owner, {"require": [{"tables": ["*.m"], "privileges": ["INSERT"]}]}, "never takes INSERT"),
        (owner, {"require": [{"tables": ["nowhere.*"], "privileges": ["read"]}]}, "matches no relation"),
        (owner, {"require": [{"tables": ["*.u"], "privileges": ["read"]}], "forbid": [{"tables": ["*.u"], "privileges": ["read"]}]},
         "both required and forbidden"),
    ):  # fmt: skip
        run = program.run(["grants", "shop"], config=configured(database, role, policy))
        assert run.exit_code == 1, run.output
        assert reason in run.stdout.replace("\n-- ", " ")
        assert "\nREVOKE" not in run.stdout and "\nGRANT" not in run.stdout


def test_bad_usage(program, database, make_role):
    app = make_role("gu_app")
    config = configured(database, app, {})
    for arguments, reason in ((["grants"], "takes the NAME"), (["grants", "shop"], "neither"), (["grants", "no-such"], "no connection")):
        run = program.run(arguments, config=config)
        assert (run.exit_code, run.stdout) == (3, "")
        assert reason in run.stderr
    config["connections"][0] |= {"url": "postgresql://nobody@127.0.0.1:1/x", "forbid": [{"tables": ["*.*"], "privileges": ["read"]}]}
    run = program.run(["grants", "shop"], config=config)
    assert (run.exit_code, run.stdout) == (2, "")
    assert "refused" in run.stderr


@pytest.mark.parametrize("name", ["every_rule", "view_forms"])
def test_random_policies_over_catalogs(program, cluster, make_role, name):
    auditor = make_role("gr_auditor", "SUPERUSER")
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    choice = random.Random(seed)
    with loaded(cluster, name) as (database, roles):
        relations = database.sql(
            """
            SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 1, 2
            """
        )
        patterns = ['"{}"."{}"'.format(*(part.replace('"', '""') for part in relation)) for relation in relations]
        policy = {
            "require": [{"tables": choice.sample(patterns, 8), "privileges": ["SELECT"]}],
            "forbid": [{"tables": choice.sample(patterns, 12), "privileges": choice.sample(PRIVILEGES[1:], 2)}],
        }
        config = configured(database, auditor, policy, roles=roles)
        found = broken(program, config)
        run = program.run(["grants", "shop", *choice.choice(RUNGS)], config=config)
        assert run.exit_code in (0, 1), run.output
        database.sql(run.stdout)
        told = run.stdout[run.stdout.find("-- No statement") :].replace("\n-- ", " ")
        left = broken(program, config)
        assert len(left) < len(found)
        views = {row["table_name"] for row in program.run(["check", "--format", "json"], config=config).report["checks"][0]["tables"]
                 if "view" in row["kind"] or row["kind"] == "foreign table"}  # fmt: skip
        unexplained = [
            (role, finding["message"])
            for role, finding in left
            # Of a view, the next check tells whether what it reads may be read.
            if finding["table_name"] not in told
            and f"{role} is a superuser" not in told
            and not (finding["rule"] == "require" and finding["table_name"] in views)
        ]
        assert unexplained == []
