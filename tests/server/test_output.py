"""What a server's names hold never reaches a terminal, and output is valid UTF-8 whatever they are made of."""

import csv
import io
import json
import unicodedata
import xml.etree.ElementTree

import pytest

import hostile
from hostile import HostileServer, message

pytestmark = pytest.mark.any_version

FORMS = ["table", "json", "csv", "markdown", "junit"]

# Bytes of names, as a database in SQL_ASCII takes them. Readable ones are granted to the role, in this order.
READABLE = [
    b"\x1b[31mred\x1b]0;title\x07",
    b"\x9b31mred",  # C1 as one byte: no UTF-8
    b"\xc2\x9b2Jcleared",  # C1 in UTF-8
    b"caf\xe9",  # Latin-1; the next one looks the same once it is mended
    b"caf\xe8",
    b"\xe2\x80\xaegnp.exe\xe2\x81\xa6",  # bidirectional
    b"cut \xf0\x9f\x92",
    b"line\nbreak\r\x08\x7f\x00"[:-1],
    b"=cmd|' /C calc'!A0",
    b"<![CDATA[ ]]> & \"quoted\" `back` |pipe|",
    b"\xed\xa0\x80surrogate",
    b"\xff\xfe",
]
DENIED = [b"caf\xea", b"\x1b[2Jdenied"]
# Its GRANT can be written, as U&"…".
ESCAPED = b"esc\x1baped"


def identifier(name):
    return b'"' + name.replace(b'"', b'""') + b'"'


@pytest.fixture(scope="module")
def bytes_database(cluster):
    """A database in SQL_ASCII: (its name, a role that reads what is READABLE)."""
    role = cluster.create_role("reads_bytes")
    with cluster.connect() as connection:
        connection.execute("CREATE DATABASE bytes ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
        connection.execute("ALTER DATABASE bytes SET log_min_messages = panic")  # the log is text, for other tests
    with cluster.connect("bytes") as connection:
        connection.execute("SET client_encoding = 'SQL_ASCII'")
        schema = identifier(b"sch\xe9ma\x1b[1m")
        connection.execute(b"CREATE SCHEMA " + schema)
        connection.execute(b"GRANT USAGE ON SCHEMA " + schema + b" TO reads_bytes")
        for name in READABLE + DENIED:
            connection.execute(b"CREATE TABLE " + schema + b"." + identifier(name) + b" (" + identifier(name) + b" int, other int)")
        for name in READABLE:
            connection.execute(b"GRANT SELECT ON " + schema + b"." + identifier(name) + b" TO reads_bytes")
        # By column only: the column's name is printed.
        connection.execute(
            b"GRANT SELECT (" + identifier(DENIED[0]) + b") ON " + schema + b"." + identifier(DENIED[0]) + b" TO reads_bytes"
        )
        connection.execute(b"CREATE VIEW " + schema + b".\"\xe9\" AS SELECT 1 AS \"\xe8\x1b\"")
        connection.execute(b"GRANT SELECT ON " + schema + b".\"\xe9\" TO reads_bytes")
        connection.execute(b"CREATE TABLE public." + identifier(ESCAPED) + b" (id int)")
        connection.execute("CREATE EXTENSION conncheck SCHEMA public")
    yield "bytes", role
    with cluster.connect() as connection:
        connection.execute("DROP DATABASE bytes WITH (FORCE)")
    cluster.drop_role(role)


def assert_clean(output, form):
    """Valid UTF-8, and nothing in it that moves, hides or reorders; in JSON and XML, when it is decoded, too."""
    text = output.decode("utf-8", errors="strict")
    bad = {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Cn") and c != "\n"}
    assert not bad, f"{form}: {bad!r}"
    return text


def run_bytes(program, arguments, connections):
    config = {"version": 1, "connections": connections}
    process = program.start(arguments, config=config)
    return process.communicate(timeout=60)


def check_in_every_form(program, cluster, bytes_database, *arguments):
    """{form: text}, each of them clean."""
    name, role = bytes_database
    require = [{"tables": ["*.*"], "privileges": ["read"]}]
    connection = {"name": "bytes", "url": cluster.url(name, role), "require": require}
    texts = {}
    for form in FORMS:
        output, errors = run_bytes(program, ["check", "--format", form, *arguments], [connection])
        texts[form] = assert_clean(output, form)
        assert_clean(errors, "stderr")
    return texts


@pytest.mark.parametrize("arguments", [[], ["--no-extension"], ["--prove"]], ids=["extension", "catalog", "prove"])
def test_names_of_any_bytes(program, cluster, bytes_database, arguments):
    """Verdicts stay right, and each relation has its row, whatever its name looks like."""
    texts = check_in_every_form(program, cluster, bytes_database, *arguments)
    check = json.loads(texts["json"])["checks"][0]
    check_report(check)
    assert check["source"] == ("catalog" if arguments == ["--no-extension"] else "extension")
    rows = [row for row in csv.DictReader(io.StringIO(texts["csv"])) if row["kind"] == "table"]
    assert sum(row["can_read"] == "true" for row in rows) == len(READABLE)
    xml.etree.ElementTree.fromstring(texts["junit"])


def test_a_grant_for_a_name_with_control_characters_works(program, cluster, bytes_database):
    name, role = bytes_database
    texts = check_in_every_form(program, cluster, bytes_database)
    fixes = [finding["fix"] for finding in json.loads(texts["json"])["checks"][0]["findings"] if finding["fix"]]
    held = "SELECT count(*) FROM pg_class WHERE relname ~ '^esc' AND has_table_privilege('reads_bytes', oid, 'SELECT')"
    with cluster.connect(name) as connection, connection.transaction(force_rollback=True):
        assert connection.execute(held).fetchone() == (0,)
        for fix in fixes:
            connection.execute(fix)
        assert connection.execute(held).fetchone() == (1,)


def test_names_of_any_bytes_by_information_schema(program, cluster, bytes_database):
    name, _ = bytes_database
    function = "FUNCTION has_table_privilege(oid, oid, text)"
    with cluster.connect(name) as connection:
        connection.execute(f"REVOKE EXECUTE ON {function} FROM PUBLIC")
        try:
            texts = check_in_every_form(program, cluster, bytes_database, "--no-extension")
        finally:
            connection.execute(f"GRANT EXECUTE ON {function} TO PUBLIC")
    check = json.loads(texts["json"])["checks"][0]
    assert check["source"] == "information_schema", check["error"]
    assert check["summary"]["tables"] >= len(READABLE)


def check_report(check):
    tables = [table for table in check["tables"] if table["kind"] == "table"]
    assert sum(table["can_read"] for table in tables) == len(READABLE)
    assert len(tables) == len(READABLE) + 1
    by_column = next(table for table in tables if not table["can_read"])
    assert by_column["table_name"] == "caf\ufffd"
    assert by_column["column_privileges"] == {"SELECT": ["caf\ufffd"]}
    assert [table["table_name"] for table in tables].count("caf\ufffd") == 3
    assert {finding["rule"] for finding in check["findings"]} == {"require"}  # and --prove finds no difference
    assert len({finding["id"] for finding in check["findings"]}) == len(check["findings"]) == len(DENIED) + 1
    for finding in check["findings"]:
        # A statement with a mended name would be for another table, or for none.
        is_escaped = finding["schema_name"] == "public"
        assert (finding["fix"] is not None) == is_escaped
        assert ("not valid UTF-8" in finding["message"]) != is_escaped


# What no name should have: escape sequences of 7 and of 8 bits, a title, bidirectional overrides, no UTF-8.
NASTY = b"\x1b[31mred\x1b]0;t\x07\r\n\x9b2J\xc2\x9b2J\xe2\x80\xae\xe2\x80\xa8\xff"
NASTY_JSON = b'["\\u001b[31m\\u009b\\u202e\xff\x9b"]'


def answer(columns, row):
    return (
        hostile.PARSED + hostile.BOUND + hostile.row_description(columns) + hostile.row(row)
        + message(b"C", b"SELECT 1\0")
    )  # fmt: skip


def makes_up_names(peer):
    peer.startup()
    version = hostile.parameter("server_version", NASTY.decode("latin-1"))
    peer.send(message(b"R", b"\0\0\0\0") + version + hostile.READY)
    peer.round_trip()
    session = [NASTY, NASTY, NASTY, NASTY, b"150000", b"f", b"f", b"f", b"f", NASTY_JSON, NASTY, NASTY, b"f"]
    peer.send(hostile.BEGUN + answer(13, session) + hostile.CONTENTS + hostile.READY)
    held = [b'["SELECT"]', b"[]", b'{"INSERT": %s}' % NASTY_JSON]
    relation = [NASTY, NASTY, NASTY, NASTY, b"t", b"f", b"f", *held, NASTY, NASTY, NASTY_JSON]
    for statement in peer.round_trip():
        if "blocked_by" in statement or "can_read" in statement:
            peer.send(answer(13, relation))
        elif "nspowner" in statement:
            peer.send(answer(4, [NASTY, NASTY, b"t", b"t"]))
        elif "pg_depend" in statement:
            peer.send(answer(2, [NASTY, b"other"]))
        else:
            peer.send(hostile.ANSWERED + message(b"C", b"COMMIT\0"))
    peer.send(hostile.READY)
    peer.wait_for_the_end()


def test_names_that_a_hostile_server_makes_up(program):
    """All of a report is the server's words here."""
    require = [{"tables": ["*.*"], "privileges": ["write"]}]
    with HostileServer(makes_up_names) as server:
        connection = {"name": "nasty", "url": f"postgresql://app:sesame@127.0.0.1:{server.port}/orders", "require": require}
        for form in FORMS:
            output, errors = run_bytes(program, ["check", "--format", form], [connection])
            text = assert_clean(output, form)
            assert_clean(errors, "stderr")
            assert "red" in text
            if form == "json":
                check = json.loads(text)["checks"][0]
                assert check["connected"] and check["error"] is None, check["error"]
                assert len(check["tables"]) == 1 and check["findings"]
        agent = program.start(["agent"], config={"version": 1, "connections": [connection]})
        try:
            assert_clean(agent.stdout.readline(), "agent")
        finally:
            agent.terminate()
            assert_clean(b"".join(agent.communicate()), "agent")
