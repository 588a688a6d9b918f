"""The schema of a real application, Zabbix, from Debian's package: a reader, a writer, an owner and a stranger."""

import gzip
import pathlib
import subprocess

import pytest

from attempts import attempts, claims, differences
from cluster import TOP


@pytest.fixture(scope="module")
def zabbix_schema():
    """The SQL that creates Zabbix's tables."""
    directory = TOP / "build/zabbix"
    subprocess.run([TOP / "tests/server/fetch-zabbix-schema", directory], check=True)
    schema = next(pathlib.Path(directory).rglob("*schema.sql.gz"), None) or next(
        pathlib.Path(directory).rglob("server.sql.gz")
    )
    return gzip.decompress(schema.read_bytes()).decode()


@pytest.fixture
def zabbix(make_role, make_database, zabbix_schema):
    """A database with Zabbix's schema; yields it and its four roles."""
    owner = make_role("zabbix_owner")
    make_role("zabbix_readers", login=False)
    roles = {
        "reader": make_role("zabbix_reader", "IN ROLE zabbix_readers"),
        "writer": make_role("zabbix_writer"),
        "owner": owner,
        "stranger": make_role("zabbix_stranger"),
    }
    database = make_database(owner="zabbix_owner")
    database.sql(f"SET SESSION AUTHORIZATION zabbix_owner; {zabbix_schema}")
    database.sql(
        """
        GRANT SELECT ON ALL TABLES IN SCHEMA public TO zabbix_readers;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO zabbix_writer;
        REVOKE DELETE ON history FROM zabbix_writer;
        """
    )
    return database, roles


@pytest.mark.parametrize("with_extension", [True, False], ids=["extension", "catalog"])
def test_each_role_is_told_what_a_try_shows(program, zabbix, with_extension):
    database, roles = zabbix
    if with_extension:
        database.create_extension()
    connections = [{"name": name, "url": database.url(role)} for name, role in roles.items()]
    run = program.run(["check", "--format", "json"], config={"version": 1, "connections": connections})
    visible = {}
    for name, role in roles.items():
        check = run.check(name)
        assert check["source"] == ("extension" if with_extension else "catalog")
        tried = attempts(database, role.name)
        assert len(tried) > 150
        assert differences(claims(check["tables"]), tried) == []
        visible[name] = check["summary"]
    everything = visible["owner"]["tables"]
    assert visible["owner"] == {
        "schemas": 1, "tables": everything, "readable": everything, "writable": everything, "truncatable": everything
    }
    assert (visible["reader"]["readable"], visible["reader"]["writable"]) == (everything, 0)
    assert (visible["writer"]["writable"], visible["writer"]["truncatable"]) == (everything - 1, 0)
    assert visible["stranger"]["tables"] == 0
    assert [finding["rule"] for finding in run.check("stranger")["findings"]] == ["nothing_visible"]
    assert run.exit_code == 1


def test_what_is_lacking_is_mended_by_the_printed_grants(program, zabbix):
    database, roles = zabbix
    arguments = ["check", "--url", database.url(roles["reader"]), "--require", "read,write", "--format", "json"]
    before = program.run(arguments)
    findings = before.report["checks"][0]["findings"]
    assert before.exit_code == 2
    assert len(findings) == before.report["checks"][0]["summary"]["tables"]
    database.sql("".join(finding["fix"] for finding in findings))
    after = program.run(arguments)
    assert after.report["checks"][0]["findings"] == []
    assert after.exit_code == 0
