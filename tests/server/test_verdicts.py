"""Every verdict against the server itself, and the rungs against each other."""

import pytest

from attempts import attempts, claims, differences
from cluster import TOP

CATALOGS = TOP / "tests/server/catalogs"

# Which rungs are held to a try, and to each other, over which catalog.
RUNGS = {
    "every_rule": ("extension", "catalog"),
    "functions_and_policies": ("extension",),
    "view_forms": ("extension",),
}

ROLES = """
    SELECT rolname FROM pg_roles
    WHERE rolname LIKE 'er\\_%' OR rolname IN ('er "odd" \\ name', 'PUBLIC') ORDER BY 1
"""


def add_what_this_version_has(database, version):
    """Rules of views and memberships that came after PostgreSQL 13, on top of every_rule."""
    if version >= 14:
        database.sql(
            """
            CREATE ROLE er_reads_all IN ROLE pg_read_all_data;
            CREATE ROLE er_writes_all IN ROLE pg_write_all_data;
            GRANT pg_write_all_data TO er_writes_all_and_more;
            """
        )
    if version >= 17:
        database.sql("CREATE ROLE er_maintains_all IN ROLE pg_maintain")
    if version >= 15:
        database.sql(
            """
            CREATE VIEW open.invoker_view WITH (security_invoker = true) AS SELECT id FROM open.direct_each;
            GRANT ALL ON open.invoker_view TO er_direct, er_group;
            CREATE VIEW open.over_invoker AS SELECT id FROM open.invoker_view;
            GRANT ALL ON open.over_invoker TO er_direct, er_group;
            """
        )
    if version >= 16:
        database.sql(
            """
            CREATE ROLE er_half;
            GRANT er_group TO er_half WITH INHERIT FALSE, SET TRUE;
            CREATE ROLE er_other_half NOINHERIT;
            GRANT er_group TO er_other_half WITH INHERIT TRUE, SET FALSE;
            """
        )
    if version >= 18:
        database.sql(
            """
            CREATE TABLE open.columns_virtual (a int, b int GENERATED ALWAYS AS (a + 1) VIRTUAL);
            GRANT SELECT, INSERT (a), UPDATE (a), DELETE ON open.columns_virtual TO er_columns;
            CREATE TABLE closed.virtual (a int, g int GENERATED ALWAYS AS (a + 1) VIRTUAL);
            CREATE VIEW open.over_virtual AS SELECT a, g FROM closed.virtual;
            CREATE VIEW open.over_virtual_denied AS SELECT a, g + 0 AS g FROM closed.virtual;
            GRANT SELECT (a), INSERT (a), UPDATE (a), DELETE ON closed.virtual TO er_stranger;
            ALTER VIEW open.over_virtual_denied OWNER TO er_stranger;
            GRANT ALL ON open.over_virtual, open.over_virtual_denied TO er_direct;
            """
        )


@pytest.fixture(scope="module")
def catalog(cluster, request):
    """A catalog in which the rules decide somewhere, with the extension; yields (database, roles)."""
    database = cluster.create_database()
    database.sql((CATALOGS / f"{request.param}.sql").read_text())
    if cluster.version >= 15 and (later := CATALOGS / f"{request.param}.from_15.sql").exists():
        database.sql(later.read_text())
    if request.param == "every_rule":
        add_what_this_version_has(database, cluster.version)
    database.create_extension()
    roles = [row[0] for row in database.sql(ROLES)]
    yield database, roles
    cluster.drop_database(database)
    with cluster.connect() as connection:
        for role in roles:
            quoted = '"' + role.replace('"', '""') + '"'
            connection.execute(f"DROP ROLE {quoted}")


@pytest.fixture(scope="module")
def auditor(cluster):
    """A superuser that can log in and audits the others."""
    role = cluster.create_role("auditor", "SUPERUSER")
    yield role
    cluster.drop_role(role)


def audit(program, database, auditor, roles, *arguments):
    """{role: its part of the report}, all asked through one connection."""
    named = [part for role in roles for part in ("--role", role)]
    run = program.run(["check", "--url", database.url(auditor), "--format", "json", *arguments, *named])
    report = run.report["checks"][0]
    assert report["error"] is None, report["error"]
    assert [role["role_name"] for role in report["roles"]] == sorted(roles)
    return report, {role["role_name"]: role for role in report["roles"]}


RUNGS_OF_EACH = [(name, source) for name, sources in RUNGS.items() for source in sources]
OF_BOTH_RUNGS = [name for name, sources in RUNGS.items() if len(sources) > 1]


@pytest.mark.parametrize(("catalog", "source"), RUNGS_OF_EACH, indirect=["catalog"])
def test_every_verdict_is_what_a_try_shows(program, catalog, auditor, source):
    database, roles = catalog
    arguments = ["--no-extension"] if source == "catalog" else []
    report, audited = audit(program, database, auditor, roles, *arguments)
    assert report["source"] == source
    wrong = {}
    for role in roles:
        tried = attempts(database, role)
        assert len(tried) > 40
        if found := differences(claims(audited[role]["tables"]), tried):
            wrong[role] = found
    assert not wrong


@pytest.mark.parametrize("catalog", OF_BOTH_RUNGS, indirect=True)
def test_extension_and_catalog_query_agree_row_for_row(program, catalog, auditor):
    database, roles = catalog
    predefined = "pg_read_all_data" if database.cluster.version >= 14 else "pg_monitor"
    everyone = sorted([*roles, "public", predefined, "postgres"])
    _, by_extension = audit(program, database, auditor, everyone)
    _, by_catalog = audit(program, database, auditor, everyone, "--no-extension")
    for role in everyone:
        assert by_extension[role] == by_catalog[role]
    assert sum(len(role["tables"]) for role in by_extension.values()) > 300


@pytest.mark.parametrize("catalog", RUNGS, indirect=True)
def test_sql_function_and_report_agree(program, catalog, auditor):
    database, roles = catalog
    _, audited = audit(program, database, auditor, roles)
    for role in roles:
        rows = database.sql(
            "SELECT schema_name, table_name, kind, can_read, can_write, can_truncate, privileges, grantable,"
            " column_privileges, owner, row_security, blocked_by FROM conncheck_permissions(%s::text::name)",
            [role],
        )
        assert [list(row) for row in rows] == [list(table.values()) for table in audited[role]["tables"]]
