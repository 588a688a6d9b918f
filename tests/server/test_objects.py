"""conncheck_objects against the server's own functions, and against a try where it has none."""

import pytest
from psycopg import errors, sql

from attempts import attempts
from cluster import TOP
from object_privileges import BY_FUNCTION, functions_of, held_by_functions

CATALOG = TOP / "tests/server/catalogs/every_object.sql"
ROLES = "SELECT rolname FROM pg_roles WHERE rolname LIKE 'ob\\_%' OR rolname LIKE 'ob \"%' ORDER BY 1"


@pytest.fixture(scope="module")
def every_object(cluster):
    """The catalog with every type of object, and the extension; yields (database, roles)."""
    with cluster.connect() as connection:
        connection.execute("CREATE ROLE ob_owns_database")
    database = cluster.create_database(owner="ob_owns_database")
    database.sql(CATALOG.read_text())
    with database.connect() as connection:
        connection.execute("SET allow_in_place_tablespaces = on")
        connection.execute("CREATE TABLESPACE ob_space LOCATION ''")
        connection.execute("GRANT CREATE ON TABLESPACE ob_space TO ob_group")
        connection.execute("GRANT CONNECT, TEMPORARY ON DATABASE template1 TO ob_granting WITH GRANT OPTION")
        if cluster.version >= 14:
            connection.execute("CREATE ROLE ob_reads_all IN ROLE pg_read_all_data")
            connection.execute("CREATE ROLE ob_writes_all IN ROLE pg_write_all_data")
        if cluster.version >= 15:
            connection.execute("GRANT SET ON PARAMETER log_duration, ob_space.long TO ob_group")
            connection.execute("GRANT ALTER SYSTEM ON PARAMETER work_mem TO ob_granting WITH GRANT OPTION")
        if cluster.version >= 16:
            connection.execute("CREATE ROLE ob_set_only; GRANT ob_group TO ob_set_only WITH INHERIT FALSE, SET TRUE")
            connection.execute("CREATE ROLE ob_no_set; GRANT ob_group TO ob_no_set WITH INHERIT TRUE, SET FALSE")
    database.create_extension()
    roles = [row[0] for row in database.sql(ROLES)]
    yield database, roles
    cluster.drop_database(database)
    with cluster.connect() as connection:
        connection.execute("DROP TABLESPACE ob_space")
        for role in roles:
            connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
        for role in roles:
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def held_by_function(connection, role, objects, words, has):
    """{identity: (privileges, grantable)} of what the role holds something on, by the server's functions."""
    return held_by_functions(connection, [role], objects, words, has)[role]


def said(connection, role, object_type):
    """{identity: (privileges, grantable)} as conncheck_objects has it, system objects and all."""
    rows = connection.execute(
        "SELECT role_name, object_type, identity, privileges, grantable FROM conncheck_objects(%s, ARRAY[%s], true)",
        [role, object_type],
    ).fetchall()
    assert all(row[:2] == (role, object_type) for row in rows)
    found = {identity: (privileges, grantable) for _, _, identity, privileges, grantable in rows}
    assert len(found) == len(rows)
    return found


def test_every_privilege_is_what_the_servers_functions_say(cluster, every_object):
    database, roles = every_object
    seen = set()
    with database.connect() as connection:
        connection.execute("CREATE TEMP TABLE mine (id int)")
        for object_type, (objects, words, has) in functions_of(cluster.version).items():
            for role in [*roles, "public", "pg_monitor"]:
                held = held_by_function(connection, role, objects, words, has)
                found = said(connection, role, object_type)
                found.pop("open.counted.last_value", None)  # a sequence's: has a test of its own
                assert found == held, (role, object_type)
                seen.update((object_type, word) for privileges, _ in held.values() for word in privileges)
    assert seen == {(kind, word) for kind, (_, words, _) in functions_of(cluster.version).items() for word in words}


def test_columns_of_sequences_have_select_alone(every_object):
    database, roles = every_object
    with database.connect() as connection:
        for role in [*roles, "public"]:
            has = connection.execute(
                "SELECT has_column_privilege(%s::name, 'open.counted', 'last_value', 'SELECT')", [role]
            ).fetchone()[0]
            row = said(connection, role, "column").get("open.counted.last_value")
            assert (row is not None and row[0] == ["SELECT"]) == has, role


def test_membership_is_what_pg_has_role_says(cluster, every_object):
    database, roles = every_object
    may_set = "pg_has_role(m.oid, r.oid, 'SET')" if cluster.version >= 16 else "true"
    with database.connect() as connection:
        for role in roles:
            rows = connection.execute(
                f"""
                SELECT quote_ident(r.rolname), pg_has_role(m.oid, r.oid, 'USAGE'), {may_set},
                       pg_has_role(m.oid, r.oid, 'MEMBER WITH ADMIN OPTION')
                FROM pg_roles m, pg_roles r
                WHERE m.rolname = %s AND r.oid <> m.oid AND pg_has_role(m.oid, r.oid, 'MEMBER')
                """,
                [role],
            ).fetchall()
            assert said(connection, role, "role") == {
                name: (["MEMBER"] + ["USAGE"] * usage + ["SET"] * may, ["MEMBER"] * admin)
                for name, usage, may, admin in rows
            }, role
        assert said(connection, "public", "role") == {}
        assert said(connection, "ob_admin", "role")["ob_group"][1] == ["MEMBER"]


def passes(connection, role, statement, parameters=None):
    """What the statement returns when run as the role; None if it is denied. Nothing stays."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []
    except errors.InsufficientPrivilege:
        return None


def may_grant(connection, role, number, word):
    """Does a GRANT by the role change the large object's ACL?"""
    acl = "SELECT lomacl::text FROM pg_largeobject_metadata WHERE oid = %s"
    before = connection.execute(acl, [number]).fetchall()
    grant = f"GRANT {word} ON LARGE OBJECT {number} TO ob_taker"
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))
            connection.execute(grant)
            return connection.execute(acl, [number]).fetchall() != before
    except errors.InsufficientPrivilege:
        return False


def test_large_objects_are_what_a_try_shows(cluster, every_object):
    """The server opens none for writing alone: UPDATE without SELECT can be granted on, and used for nothing."""
    database, roles = every_object
    statements = {"SELECT": "SELECT lo_get(%s)", "UPDATE": "SELECT lo_put(%s, 0, 'x')"}
    with database.connect() as connection:
        for role in roles:
            found = said(connection, role, "large object")
            for number in (7, 8, 9, 40001):
                privileges, grantable = found.pop(str(number), ([], []))
                passed = [w for w, text in statements.items() if passes(connection, role, text, [number]) is not None]
                assert passed == (privileges if "SELECT" in privileges else []), (role, number)
                assert grantable == [w for w in statements if may_grant(connection, role, number, w)], (role, number)
                if cluster.version >= 18:
                    assert privileges == [w for w in statements if connection.execute(
                        "SELECT has_largeobject_privilege(%s::name, %s::oid, %s)", [role, number, w]
                    ).fetchone()[0]], (role, number)
            assert found == {}
        usable = dict(
            connection.execute("SELECT identity, usable FROM conncheck_objects('ob_granting', '{large object}')")
        )
        assert usable == {"8": False, "9": True}


def test_large_objects_without_acls(every_object):
    database, _ = every_object
    with database.connect() as connection:
        connection.execute("SET lo_compat_privileges = on")
        assert passes(connection, "ob_stranger", "SELECT lo_get(8)") is not None
        assert said(connection, "ob_stranger", "large object")["8"] == (["SELECT", "UPDATE"], [])


# How to create an object that default privileges speak of, and the type under which its rights are looked up.
LATER = {
    "tables": ("CREATE TABLE {schema}.later (id int)", "table", "'{schema}.later'::regclass"),
    "sequences": ("CREATE SEQUENCE {schema}.later", "sequence", "'{schema}.later'::regclass"),
    "functions": (
        "CREATE FUNCTION {schema}.later() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "routine",
        "'{schema}.later'::regproc",
    ),
    "types": ("CREATE TYPE {schema}.later AS ENUM ()", "type", "'{schema}.later'::regtype"),
    "schemas": ("CREATE SCHEMA later", "schema", "'later'::regnamespace"),
}


def held_on_later_object(connection, version, entry, role):
    """(privileges, grantable) that `role` has on an object that the entry's role creates now."""
    owner, schema, kind = entry
    create, object_type, identifier = LATER[kind]
    # What was set for the database alone shows in a schema for which nothing was set.
    names = {"schema": sql.Identifier(schema or "elsewhere").as_string(connection)}
    objects, words, has = functions_of(version)[object_type]
    with connection.transaction(force_rollback=True):
        connection.execute("CREATE SCHEMA elsewhere; GRANT ALL ON SCHEMA elsewhere TO PUBLIC")
        connection.execute(f"GRANT ALL ON SCHEMA {names['schema']} TO PUBLIC")
        connection.execute(f'GRANT CREATE ON DATABASE "{connection.info.dbname}" TO PUBLIC')
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(owner)))
        connection.execute(create.format(**names))
        connection.execute("RESET ROLE")
        later = f"SELECT * FROM ({objects}) o (class, id, sub, name) WHERE id = {identifier.format(**names)}"
        return next(iter(held_by_function(connection, role, later, words, has).values()), None)


def test_default_privileges_are_what_a_later_object_gets(cluster, every_object):
    database, roles = every_object
    with database.connect() as connection:
        entries = connection.execute(
            """
            SELECT (pg_identify_object('pg_default_acl'::regclass, d.oid, 0)).identity, rolname, nspname,
                   CASE defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions'
                     WHEN 'T' THEN 'types' ELSE 'schemas' END
            FROM pg_default_acl d JOIN pg_roles r ON r.oid = defaclrole
            LEFT JOIN pg_namespace n ON n.oid = defaclnamespace
            """
        ).fetchall()
        assert {entry[3] for entry in entries} == set(LATER)
        for role in [*roles, "public"]:
            later = {entry[0]: held_on_later_object(connection, cluster.version, entry[1:], role) for entry in entries}
            expected = {identity: held for identity, held in later.items() if held is not None}
            assert said(connection, role, "default privileges") == expected, role


def test_usable_relations_are_those_where_something_passes(every_object):
    database, roles = every_object
    for role in roles:
        tried = attempts(database, role)
        rows = database.sql(
            "SELECT schema_name, object_name, usable, privileges FROM conncheck_objects(%s, '{table}')", [role]
        )
        for schema, table, usable, privileges in rows:
            verdict = tried[schema, table]
            if verdict.read or verdict.write or verdict.truncate:
                assert usable, (role, schema, table)
            elif privileges == ["SELECT"] and table != "foreign":  # its wrapper can do nothing at all
                assert not usable, (role, schema, table)


def test_usable_routines_types_and_sequences_can_be_named(every_object):
    database, roles = every_object
    uses = {
        "routine": (["SELECT closed.for_public()"], "closed.for_public()"),
        "sequence": (["SELECT nextval('closed.counted')", "SELECT * FROM closed.counted"], "closed.counted"),
        "type": (["SELECT NULL::closed.for_public"], "closed.for_public"),
    }
    with database.connect() as connection:
        for role in roles:
            for object_type, (statements, identity) in uses.items():
                rows = connection.execute(
                    "SELECT usable FROM conncheck_objects(%s, ARRAY[%s]) WHERE identity = %s",
                    [role, object_type, identity],
                ).fetchall()
                expected = any(passes(connection, role, statement) is not None for statement in statements)
                assert (rows == [(True,)]) == expected, (role, object_type)


def test_usable_languages_databases_and_tablespaces(every_object):
    database, _ = every_object
    with database.connect() as connection:
        usable = {
            role: dict(
                connection.execute(
                    "SELECT identity, usable FROM conncheck_objects(%s, '{language,database,tablespace}', true)", [role]
                ).fetchall()
            )
            for role in ("ob_group", "ob_super")
        }
    assert usable["ob_group"]["ob_trusted"] and usable["ob_group"]["ob_space"]
    assert not usable["ob_group"]["ob_untrusted"] and usable["ob_super"]["ob_untrusted"]
    assert not usable["ob_group"]["template0"] and not usable["ob_super"]["template0"]
    assert not usable["ob_super"]["pg_global"]


def test_schema_name_owner_and_order(every_object):
    """Names as pg_identify_object_as_address and the catalogs have them; rows in C order, NULL last."""
    database, roles = every_object
    rows = database.sql(
        "SELECT object_type, schema_name, object_name, identity, owner FROM conncheck_objects('ob_super', NULL, true)"
    )
    assert {row[0] for row in rows} >= set(BY_FUNCTION) | {"role", "large object", "default privileges"}
    key = [
        (kind.encode(), schema is None, (schema or "").encode(), name.encode(), identity.encode())
        for kind, schema, name, identity, _ in rows
    ]
    assert key == sorted(key)
    named = {(kind, identity): (schema, name, owner) for kind, schema, name, identity, owner in rows}
    assert named["column", 'open.granted."odd.column"'] == ("open", "odd.column", "postgres")
    assert named["schema", '"odd ""schema"".x"'] == (None, 'odd "schema".x', "postgres")
    assert named["routine", 'open.overloaded(open."row")'] == ("open", "overloaded", "postgres")
    assert named["large object", "40001"] == (None, "40001", "ob_owner")
    assert named["role", "ob_group"] == (None, "ob_group", None)
    assert named["default privileges", "for role ob_owner in schema open on tables"] == ("open", "tables", "ob_owner")


def test_system_objects_only_on_demand(every_object):
    database, _ = every_object
    listed = {
        system: {tuple(row) for row in database.sql(
            "SELECT object_type, identity FROM conncheck_objects('ob_super', NULL, %s)", [system]
        )}
        for system in (False, True)
    }
    assert listed[False] < listed[True]
    of_system = listed[True] - listed[False]
    assert of_system > {
        ("schema", "pg_catalog"), ("language", "plpgsql"), ("tablespace", "pg_default"), ("type", "integer")
    }
    assert not {kind for kind, _ in of_system} & {"database", "role", "large object", "parameter", "default privileges"}
    assert ("schema", "public") in listed[False]
    assert not [row for row in listed[False] if row[1].startswith(("pg_catalog.", "information_schema.", "pg_toast."))]


def test_what_goes_while_it_is_read_is_no_error(every_object):
    """Names are looked up when a row is shown: what another session has dropped by then is left out."""
    database, _ = every_object
    with database.connect() as connection:
        connection.execute("CREATE FUNCTION open.gone(open.enum) RETURNS int LANGUAGE sql AS 'SELECT 1'")
        with connection.transaction(force_rollback=True):
            connection.execute("DROP FUNCTION open.gone")
            assert "open.gone(open.enum)" not in said(connection, "ob_group", "routine")
        assert "open.gone(open.enum)" in said(connection, "ob_group", "routine")
        connection.execute("DROP FUNCTION open.gone")


def test_unknown_words_and_roles(every_object):
    database, _ = every_object
    with pytest.raises(errors.InvalidParameterValue) as error:
        database.sql("SELECT conncheck_objects(object_types => '{table,tables}')")
    assert "default privileges" in error.value.diag.message_hint
    with pytest.raises(errors.InvalidParameterValue):
        database.sql("SELECT conncheck_objects(object_types => '{NULL}')")
    with pytest.raises(errors.UndefinedObject):
        database.sql("SELECT conncheck_objects('no such role')")
    assert database.sql("SELECT conncheck_objects(object_types => '{}')") == []
