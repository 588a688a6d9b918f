"""Which of the three sources answers: the extension, the catalog query, or information_schema."""

import pytest


@pytest.fixture
def shop(database, make_role):
    """A database with one readable table; yields it and the role that reads it."""
    reader = make_role("rung_reader")
    other = make_role("rung_other")
    database.sql(
        """
        CREATE TABLE orders (id int, note text);
        CREATE TABLE items (id int);
        GRANT SELECT ON orders, items TO rung_reader;
        GRANT SELECT, INSERT ON orders TO rung_other;
        GRANT SELECT ON items TO PUBLIC;
        """
    )
    return database, reader, other


def check(program, database, role, *arguments):
    run = program.run(["check", "--url", database.url(role), "--format", "json", *arguments])
    return run.report["checks"][0]


def tables(report):
    return [row["table_name"] for row in report["tables"]]


def test_extension_where_it_is_installed(program, shop):
    database, reader, _ = shop
    database.create_extension()
    report = check(program, database, reader)
    assert (report["source"], tables(report)) == ("extension", ["items", "orders"])


def test_extension_in_a_schema_of_any_name(program, shop):
    database, reader, _ = shop
    database.sql('CREATE SCHEMA "Odd ""x"" \\ schema"; GRANT USAGE ON SCHEMA "Odd ""x"" \\ schema" TO PUBLIC;')
    database.sql('CREATE EXTENSION conncheck SCHEMA "Odd ""x"" \\ schema"')
    report = check(program, database, reader)
    assert (report["source"], tables(report)) == ("extension", ["items", "orders"])


def test_catalog_without_the_extension(program, shop):
    database, reader, _ = shop
    report = check(program, database, reader)
    assert (report["source"], tables(report)) == ("catalog", ["items", "orders"])


def test_catalog_if_asked_for(program, shop):
    database, reader, _ = shop
    database.create_extension()
    assert check(program, database, reader, "--no-extension")["source"] == "catalog"


@pytest.mark.parametrize(
    "takes_it_away",
    [
        "REVOKE EXECUTE ON FUNCTION conncheck_permissions FROM PUBLIC",
        "REVOKE USAGE ON SCHEMA tools FROM PUBLIC",
        "UPDATE pg_extension SET extversion = '0.0.1' WHERE extname = 'conncheck'",
    ],
)
def test_catalog_where_the_extension_is_not_executable_or_not_current(program, shop, takes_it_away):
    database, _, other = shop
    database.sql("CREATE SCHEMA tools; GRANT USAGE ON SCHEMA tools TO PUBLIC")
    database.create_extension(schema="tools")
    assert check(program, database, other)["source"] == "extension"
    database.sql(f"SET search_path = tools; {takes_it_away}")
    report = check(program, database, other)
    assert (report["source"], tables(report)) == ("catalog", ["items", "orders"])


def test_planted_overloads_are_never_called(program, shop):
    database, reader, other = shop
    database.create_extension()
    database.sql("GRANT CREATE ON SCHEMA public TO rung_other")
    body = "LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''planted''; END'"
    arguments = ["text, text, text, boolean, boolean", "name, name, name, boolean, boolean", "name"]
    for types in arguments:
        database.sql(f"CREATE FUNCTION conncheck_permissions({types}) RETURNS SETOF record {body}", role=other)
    database.sql(f"CREATE FUNCTION has_table_privilege(oid, oid, text) RETURNS boolean {body}", role=other)
    database.sql(f"CREATE FUNCTION public.current_setting(text) RETURNS text {body}", role=other)
    for option in ([], ["--no-extension"]):
        report = check(program, database, reader, *option)
        assert report["error"] is None
        assert tables(report) == ["items", "orders"]


def test_a_search_path_that_shadows_the_catalogs(program, shop):
    database, reader, _ = shop
    database.sql(
        f"""
        CREATE SCHEMA evil;
        GRANT USAGE ON SCHEMA evil TO PUBLIC;
        CREATE FUNCTION evil.has_table_privilege(oid, oid, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
        CREATE VIEW evil.pg_class AS SELECT * FROM pg_catalog.pg_class WHERE false;
        GRANT SELECT ON evil.pg_class TO PUBLIC;
        ALTER ROLE rung_reader SET search_path = evil, pg_catalog;
        """
    )
    report = check(program, database, reader)
    assert [row["table_name"] for row in report["tables"] if row["schema_name"] == "public"] == ["items", "orders"]


SETTINGS = {
    "standard_conforming_strings": "off",
    "default_transaction_isolation": "serializable",
    "quote_all_identifiers": "on",
    "transform_null_equals": "on",
    "array_nulls": "off",
    "row_security": "off",
    "enable_hashjoin": "off",
    "search_path": "",
}


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("option", [[], ["--no-extension"]], ids=["extension", "catalog"])
def test_a_roles_own_settings_change_nothing(program, shop, setting, option):
    database, _, other = shop
    database.create_extension()
    database.sql("CREATE VIEW of_orders AS SELECT id, note || '{' AS note FROM orders; GRANT ALL ON of_orders TO rung_other")
    before = check(program, database, other, *option)
    database.sql(f"ALTER ROLE rung_other SET {setting} = '{SETTINGS[setting]}'")
    after = check(program, database, other, *option)
    assert len(before["tables"]) == 3
    assert [after[part] for part in ("source", "tables", "schemas", "findings")] == [
        before[part] for part in ("source", "tables", "schemas", "findings")
    ]


def test_information_schema_where_the_catalog_query_is_denied(program, shop):
    database, _, other = shop
    database.sql("REVOKE EXECUTE ON FUNCTION has_table_privilege(oid, oid, text) FROM PUBLIC")
    report = check(program, database, other)
    assert report["connected"]
    assert report["error"] is None
    assert report["source"] == "information_schema"
    assert tables(report) == ["items", "orders"]
    assert report["tables"][1]["privileges"] == ["SELECT", "INSERT"]
    assert [row["row_security"] for row in report["tables"]] == [None, None]
    run = program.run(["check", "--url", database.url(other), "--require", "read"])
    assert "Partial" in run.stdout
    assert "partial answer" in " ".join(run.stdout.split())


def test_roles_are_not_silently_left_out_where_only_information_schema_answers(program, shop):
    database, _, other = shop
    database.sql("REVOKE EXECUTE ON FUNCTION has_table_privilege(oid, oid, text) FROM PUBLIC")
    report = check(program, database, other, "--role", "rung_reader")
    assert [finding["rule"] for finding in report["findings"]] == ["role_not_audited"]
    assert report["status"] == "critical"


def test_an_extension_of_another_version_is_told(program, shop):
    database, reader, _ = shop
    database.create_extension()
    assert check(program, database, reader)["notes"] == []
    database.sql("UPDATE pg_extension SET extversion = '0.0.1' WHERE extname = 'conncheck'")
    report = check(program, database, reader)
    assert report["status"] == "ok"
    assert "0.0.1" in report["notes"][0]
    run = program.run(["check", "--url", database.url(reader)])
    assert "ALTER EXTENSION conncheck UPDATE" in " ".join(run.stdout.split())


def test_information_schema_where_the_catalog_query_is_unknown(program, start_cluster):
    cluster = start_cluster()
    other = cluster.create_role("somebody")
    database = cluster.create_database()
    database.sql("CREATE TABLE orders (id int); GRANT SELECT ON orders TO somebody")
    database.sql("ALTER FUNCTION has_table_privilege(oid, oid, text) RENAME TO not_there")
    report = check(program, database, other)
    assert (report["source"], tables(report)) == ("information_schema", ["orders"])


def test_no_other_sessions_temporary_tables(program, shop):
    database, _, _ = shop
    superuser = database.cluster.create_role("rung_super", "SUPERUSER")
    try:
        with database.connect() as session:
            session.execute("CREATE TEMP TABLE scratch (id int)")
            for option in ([], ["--no-extension"]):
                assert tables(check(program, database, superuser, *option)) == ["items", "orders"]
    finally:
        database.cluster.drop_role(superuser)
