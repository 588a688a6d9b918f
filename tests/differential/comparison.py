"""What the extension, the catalog query and the server itself say of one catalog, and where they differ."""

import dataclasses
import pathlib
import sys

import psycopg
from psycopg import sql

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "server"))

from attempts import NOTHING, attempt, claims, relations  # noqa: E402

# Under load a check of a dozen roles may take longer than a user would wait.
TIMEOUT = "90s"

OWN_ROWS = """
    SELECT schema_name, table_name, kind, can_read, can_write, can_truncate, privileges, grantable, column_privileges,
           owner, row_security, blocked_by
    FROM public.conncheck_permissions()
"""
ROW_SECURITY = """
    SELECT n.nspname, c.relname,
           CASE WHEN NOT c.relrowsecurity THEN 'none' WHEN row_security_active(c.oid) THEN 'applies' ELSE 'bypassed' END
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""


@dataclasses.dataclass(frozen=True)
class Difference:
    """`answers`: what each source says of this relation (schema, name), or of the role if it is None."""

    role: str
    relation: tuple[str, str] | None
    answers: dict

    def __str__(self):
        place = "" if self.relation is None else f" on {self.relation[0]!r}.{self.relation[1]!r}"
        return "\n".join([f"role {self.role!r}{place}", *(f"  {who:<10} {said}" for who, said in self.answers.items())])


class AuditFailed(Exception):
    """The program gave no answer to compare."""


class Comparison:
    """Of one database, for these roles. `auditor` is a superuser that can log in."""

    def __init__(self, program, database, auditor, roles, execute=True):
        """`execute`: a try is more than EXPLAIN (see attempts.py)."""
        self._database = database
        self._roles = roles
        self._execute = execute
        audited = [*roles, "public", "postgres"]
        self._extension = self._audit(program, auditor, audited, "extension")
        self._catalog = self._audit(program, auditor, audited, "catalog", "--no-extension")
        self.compared = 0  # relations, each as one role
        self.refused = {}  # relation: an error that says nothing of permissions

    def _audit(self, program, auditor, roles, source, *options):
        """{role: its part of the report}"""
        named = [part for role in roles for part in ("--role", role)]
        config = {"version": 1, "defaults": {"timeout": TIMEOUT},
                  "connections": [{"name": "random", "url": self._database.url(auditor)}]}
        run = program.run(["check", "random", "--format", "json", *options, *named], config)
        try:
            report = run.report["checks"][0]
        except ValueError:
            raise AuditFailed(f"{source}: exit code {run.exit_code}: {run.output}") from None
        if report["error"] is not None or report["source"] != source:
            raise AuditFailed(f"{source}: answered by {report['source']}: {report['error']}")
        return {part["role_name"]: part for part in report["roles"]}

    def differences(self):
        return [*self._between_rungs(), *self._from_the_server()]

    def _between_rungs(self):
        for role, by_extension in self._extension.items():
            by_catalog = self._catalog[role]
            tables = [{(row["schema_name"], row["table_name"]): row for row in part["tables"]}
                      for part in (by_extension, by_catalog)]
            for relation in sorted(tables[0].keys() | tables[1].keys()):
                rows = [rows.get(relation) for rows in tables]
                if rows[0] != rows[1]:
                    yield Difference(role, relation, dict(zip(("extension", "catalog"), _differing(*rows))))
            for part in ("schemas", "summary", "findings"):
                if tables[0] == tables[1] and by_extension[part] != by_catalog[part]:
                    yield Difference(role, None, {"extension": by_extension[part], "catalog": by_catalog[part]})

    def _from_the_server(self):
        with self._database.connect() as connection:
            found = relations(connection)
            for role in self._roles:
                connection.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(role)))
                yield from self._tried(connection, role, found)
                yield from self._own_report(connection, role)
                yield from self._row_security(connection, role)
                connection.execute("RESET SESSION AUTHORIZATION")

    def _tried(self, connection, role, found):
        extension, catalog = (claims(part[role]["tables"]) for part in (self._extension, self._catalog))
        for schema, table, kind, columns in found:
            relation = schema, table
            try:
                tried = attempt(connection, schema, table, kind, columns, execute=self._execute)
            except psycopg.Error as error:
                self.refused[relation] = error
                continue
            self.compared += 1
            answers = {"extension": extension.get(relation, NOTHING), "catalog": catalog.get(relation, NOTHING),
                       "tried": tried}
            if len(set(answers.values())) > 1:
                yield Difference(role, relation, answers)

    def _own_report(self, connection, role):
        """What a role is told of itself is what a superuser is told of it."""
        own = {(row[0], row[1]): row for row in connection.execute(OWN_ROWS).fetchall()}
        audited = {(row["schema_name"], row["table_name"]): tuple(row.values())
                   for row in self._extension[role]["tables"]}
        for relation in sorted(own.keys() | audited.keys()):
            if own.get(relation) != audited.get(relation):
                yield Difference(role, relation, {"asked by superuser": audited.get(relation),
                                                  "asked by itself": own.get(relation)})

    def _row_security(self, connection, role):
        said = {(row["schema_name"], row["table_name"]): row["row_security"] for row in self._extension[role]["tables"]}
        for schema, table, truth in connection.execute(ROW_SECURITY).fetchall():
            if said.get((schema, table), truth) != truth:
                yield Difference(role, (schema, table), {"extension": said[(schema, table)], "server": truth})


def _differing(first, second):
    """Of two rows what is not the same in both."""
    if first is None or second is None:
        return first, second
    keys = [key for key in first if first[key] != second[key]]
    return {key: first[key] for key in keys}, {key: second[key] for key in keys}
