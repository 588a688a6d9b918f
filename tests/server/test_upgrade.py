"""The extension as an object of a database: upgraded, dumped and restored, moved, dropped and created again."""

import psycopg
import pytest

FIRST_VERSION = "0.1.0"

# A function's oid, owner and schema are the database's affair; its defaults are compared as text, within `definition`.
OBJECTS = """
    SELECT pg_describe_object(d.classid, d.objid, d.objsubid), d.deptype, obj_description(d.objid, 'pg_proc'),
           to_jsonb(p) - '{oid,pronamespace,proowner,proargdefaults}'::text[], pg_get_functiondef(p.oid) AS definition
    FROM pg_extension e
    JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
    LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
    WHERE e.extname = 'conncheck'
    ORDER BY 1
"""
DEPENDENCIES = """
    SELECT pg_describe_object(d.classid, d.objid, d.objsubid), d.deptype,
           pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid)
    FROM pg_extension e
    JOIN pg_depend m ON m.refclassid = 'pg_extension'::regclass AND m.refobjid = e.oid
    JOIN pg_depend d ON (d.classid, d.objid) IN ((m.classid, m.objid), ('pg_extension'::regclass, e.oid))
    WHERE e.extname = 'conncheck'
    ORDER BY 1, 3
"""
ABOUT = "SELECT extversion, extrelocatable, obj_description(oid, 'pg_extension') FROM pg_extension WHERE extname = 'conncheck'"

SHOP = """
    CREATE SCHEMA sales;
    GRANT USAGE ON SCHEMA sales TO upgrade_reader;
    CREATE TABLE sales.orders (id int, note text);
    CREATE VIEW sales.notes AS SELECT note FROM sales.orders;
    GRANT SELECT ON sales.orders TO upgrade_reader;
    GRANT INSERT (note) ON sales.orders TO upgrade_reader;
    CREATE TABLE hidden (id int);
"""


def installed(database):
    return [database.sql(query) for query in (ABOUT, OBJECTS, DEPENDENCIES)]


def rows(database, role, schema="public"):
    """What the first version's functions say."""
    return [
        database.sql(f'SELECT * FROM "{schema}".conncheck_permissions(%s::text::name, include_invisible => true)', [role]),
        database.sql(f'SELECT * FROM "{schema}".conncheck_schemas(%s::text::name)', [role]),
        database.sql(f'SELECT role_name, server_version_num, is_superuser FROM "{schema}".conncheck_session()'),
    ]


@pytest.fixture
def owner(make_role):
    """The owner of databases, no superuser; and with it the role that the shop's grants are for."""
    make_role("upgrade_reader")
    return make_role("upgrade_owner")


@pytest.fixture
def shop(make_database, owner):
    """A database with a few relations and without the extension."""
    database = make_database(owner=owner.name)
    database.sql(SHOP, role=owner)
    return database


def test_an_upgrade_gives_what_a_fresh_install_gives(make_database, owner):
    fresh = make_database(owner=owner.name)
    fresh.sql("CREATE EXTENSION conncheck", role=owner)
    versions = [row[0] for row in fresh.sql("SELECT version FROM pg_available_extension_versions WHERE name = 'conncheck'")]
    assert FIRST_VERSION in versions
    for version in versions:
        database = make_database(owner=owner.name)
        database.sql(f"CREATE EXTENSION conncheck VERSION '{version}'", role=owner)
        database.sql("ALTER EXTENSION conncheck UPDATE", role=owner)
        assert installed(database) == installed(fresh)
        database.sql("DROP EXTENSION conncheck", role=owner)
        assert database.sql("SELECT FROM pg_proc WHERE proname LIKE 'conncheck%'") == []


def test_the_first_versions_sql_works_with_this_library(shop):
    shop.sql(f"CREATE EXTENSION conncheck VERSION '{FIRST_VERSION}'")
    before = rows(shop, "upgrade_reader")
    assert [row[2] for row in before[0]] == ["hidden", "notes", "orders"]
    shop.sql("ALTER EXTENSION conncheck UPDATE")
    assert rows(shop, "upgrade_reader") == before


def test_an_upgrade_keeps_what_depends_on_the_extension(shop):
    shop.sql(
        f"CREATE EXTENSION conncheck VERSION '{FIRST_VERSION}';"
        "CREATE VIEW audit AS SELECT table_name FROM conncheck_permissions('upgrade_reader');"
        "REVOKE EXECUTE ON FUNCTION conncheck_schemas FROM PUBLIC"
    )
    shop.sql("ALTER EXTENSION conncheck UPDATE")
    assert shop.sql("SELECT * FROM audit") == [("orders",)]
    assert not shop.sql("SELECT has_function_privilege('upgrade_reader', oid, 'EXECUTE') FROM pg_proc"
                        " WHERE proname = 'conncheck_schemas'")[0][0]


@pytest.mark.parametrize("schema", ["public", 'Odd "tools"'])
@pytest.mark.parametrize("by", ["superuser", "owner"])
@pytest.mark.parametrize("form", ["plain", "custom"])
def test_dump_and_restore(cluster, make_database, owner, shop, schema, by, form):
    role = owner if by == "owner" else None
    quoted = '"' + schema.replace('"', '""') + '"'
    shop.sql(f"CREATE SCHEMA IF NOT EXISTS {quoted}; CREATE EXTENSION conncheck SCHEMA {quoted}", role=role)
    shop.sql(
        f"CREATE VIEW audit AS SELECT table_name, can_read FROM {quoted}.conncheck_permissions('upgrade_reader')",
        role=role,
    )
    if role is None:
        shop.sql(f"REVOKE EXECUTE ON FUNCTION {quoted}.conncheck_schemas FROM PUBLIC")
    dump = cluster.client("pg_dump", f"--format={form}", database=shop, role=role)
    restored = make_database(owner=owner.name)
    if form == "plain":
        cluster.client("psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1", database=restored, role=role, input=dump)
    else:
        cluster.client("pg_restore", "--exit-on-error", "--dbname", restored.name, database=restored, role=role, input=dump)
    assert installed(restored) == installed(shop)
    inner = schema.replace('"', '""')
    assert rows(restored, "upgrade_reader", inner) == rows(shop, "upgrade_reader", inner)
    assert restored.sql("SELECT * FROM audit") == [("orders", True)]


def test_another_schema(shop, owner, program):
    shop.sql("CREATE EXTENSION conncheck; CREATE SCHEMA tools; GRANT USAGE ON SCHEMA tools TO PUBLIC", role=owner)
    before = rows(shop, "upgrade_reader")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        shop.sql("ALTER EXTENSION conncheck SET SCHEMA tools", role=owner)
    shop.sql("ALTER EXTENSION conncheck SET SCHEMA tools")
    after = rows(shop, "upgrade_reader", "tools")
    assert after[0] == before[0]
    run = program.run(["check", "--url", shop.url(owner), "--format", "json"])
    assert run.report["checks"][0]["source"] == "extension"


def test_dropped_and_created_again_by_an_owner_who_is_no_superuser(shop, owner):
    shop.sql("CREATE EXTENSION conncheck", role=owner)
    before = installed(shop), rows(shop, "upgrade_reader")
    shop.sql("DROP EXTENSION conncheck", role=owner)
    shop.sql("CREATE EXTENSION conncheck", role=owner)
    assert (installed(shop), rows(shop, "upgrade_reader")) == before
