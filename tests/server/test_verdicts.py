"""Every verdict against the server itself, and the rungs against each other."""

import dataclasses

import pytest

from attempts import attempts, claims, differences, with_rows_written

# Which rungs are held to a try, and to each other, over which catalog.
RUNGS = {
    "assigned_defaults": ("extension", "catalog"),
    "every_rule": ("extension", "catalog"),
    "functions_and_policies": ("extension", "catalog"),
    "on_conflict": ("extension", "catalog"),
    "rules_under_conditions": ("extension", "catalog"),
    "vanishing_writes": ("extension", "catalog"),
    "view_forms": ("extension", "catalog"),
    "written_functions": ("extension", "catalog"),
    # The stored text of a rule does not say which columns the planner drops: there the catalog query says no.
    "marked_rows": ("extension",),
    "unread_columns": ("extension",),
}
# There EXPLAIN shows too little: rows are written.
WITH_ROWS = {"written_functions"}


@pytest.fixture(scope="module")
def auditor(cluster):
    """A superuser that can log in and audits the others."""
    role = cluster.create_role("auditor", "SUPERUSER")
    yield role
    cluster.drop_role(role)


def audit(program, database, auditor, roles, *arguments):
    """{role: its part of the report}, all asked through one connection."""
    named = [part for role in roles for part in ("--role", role)]
    # Thirty roles in one check, on machines that do more than this.
    connection = {"name": "audited", "url": database.url(auditor), "timeout": "100s"}
    config = {"version": 1, "connections": [connection]}
    run = program.run(["check", "--format", "json", *arguments, *named], config=config)
    report = run.report["checks"][0]
    assert report["error"] is None, report["error"]
    assert [role["role_name"] for role in report["roles"]] == sorted(roles)
    return report, {role["role_name"]: role for role in report["roles"]}


RUNGS_OF_EACH = [(name, source) for name, sources in RUNGS.items() for source in sources]
OF_THE_EXTENSION = [name for name, sources in RUNGS.items() if sources == ("extension",)]
OF_BOTH_RUNGS = [name for name, sources in RUNGS.items() if len(sources) > 1]


@pytest.mark.parametrize(("catalog", "source"), RUNGS_OF_EACH, indirect=["catalog"])
def test_every_verdict_is_what_a_try_shows(program, catalog, auditor, source, request):
    database, roles = catalog
    arguments = ["--no-extension"] if source == "catalog" else []
    report, audited = audit(program, database, auditor, roles, *arguments)
    assert report["source"] == source
    wrong = {}
    for role in roles:
        tried = attempts(database, role)
        if request.node.callspec.params["catalog"] in WITH_ROWS:
            tried = with_rows_written(database, role, tried)
        assert len(tried) > 20
        if found := differences(claims(audited[role]["tables"]), tried):
            wrong[role] = found
    assert not wrong


@pytest.mark.parametrize("catalog", OF_THE_EXTENSION, indirect=True)
def test_catalog_query_says_yes_to_nothing_more(program, catalog, auditor):
    database, roles = catalog
    _, by_extension = audit(program, database, auditor, roles)
    _, by_catalog = audit(program, database, auditor, roles, "--no-extension")
    compared = 0
    for role in roles:
        exact, careful = claims(by_extension[role]["tables"]), claims(by_catalog[role]["tables"])
        assert exact.keys() == careful.keys()
        for relation, verdict in careful.items():
            pairs = zip(dataclasses.astuple(verdict), dataclasses.astuple(exact[relation]))
            assert all(said <= true for said, true in pairs), (role, relation)
            compared += 1
    assert compared > 50


@pytest.mark.parametrize("catalog", OF_BOTH_RUNGS, indirect=True)
def test_extension_and_catalog_query_agree_row_for_row(program, catalog, auditor):
    database, roles = catalog
    predefined = "pg_read_all_data" if database.cluster.version >= 14 else "pg_monitor"
    everyone = sorted([*roles, "public", predefined, "postgres"])
    _, by_extension = audit(program, database, auditor, everyone)
    _, by_catalog = audit(program, database, auditor, everyone, "--no-extension")
    for role in everyone:
        assert by_extension[role] == by_catalog[role]
    assert sum(len(role["tables"]) for role in by_extension.values()) > 50


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
