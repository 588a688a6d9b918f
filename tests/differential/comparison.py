"""What the extension, the catalog query and the server itself say of one catalog, and where they differ."""

import collections
import dataclasses
import pathlib
import sys

from psycopg import sql

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "server"))

import explanation_comparison  # noqa: E402
from attempts import NOTHING, Tries, Undecided, claims, judgement  # noqa: E402
from difference import Difference  # noqa: E402
from object_comparison import ObjectComparison  # noqa: E402

# Under load a check of a dozen roles may take longer than a user would wait.
TIMEOUT = "90s"

OWN_ROWS = """
    SELECT schema_name, table_name, kind, can_read, can_write, can_truncate, privileges, grantable, column_privileges,
           owner, row_security, blocked_by
    FROM public.conncheck_permissions()
"""
UNLISTED = """
    SELECT can_read, can_write, can_truncate FROM public.conncheck_permissions(include_invisible => true)
    WHERE (schema_name, table_name) = (%s, %s)
"""
ROW_SECURITY = """
    SELECT n.nspname, c.relname,
           CASE WHEN NOT c.relrowsecurity THEN 'none' WHEN row_security_active(c.oid) THEN 'applies' ELSE 'bypassed' END
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""
# Views that read a view: what the planner drops of the one beneath, the catalog query cannot always tell.
VIEWS_OVER_VIEWS = """
    SELECT DISTINCT n.nspname, c.relname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_rewrite w ON w.ev_class = c.oid
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                    AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid
    JOIN pg_class v ON v.oid = d.refobjid AND v.relkind = 'v'
    WHERE c.relkind = 'v'
"""
# Rules for writes that lead to a view, and what leads to them: what of the view they ask for, the catalog query does not tell.
RULES_OVER_VIEWS = """
    WITH RECURSIVE led AS (
      SELECT w.ev_class, w.ev_type, d.refobjid
      FROM pg_rewrite w JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                                        AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> w.ev_class
    ), above AS (
      SELECT l.ev_class FROM led l JOIN pg_class v ON v.oid = l.refobjid AND v.relkind = 'v' WHERE l.ev_type <> '1'
      UNION
      SELECT l.ev_class FROM above a JOIN led l ON l.refobjid = a.ev_class
    )
    SELECT n.nspname, c.relname FROM above a JOIN pg_class c ON c.oid = a.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
"""
# Views over tables of which row security shows nothing to some role, or over a materialized view without content: a read of
# that ends before a mapping is asked for.
OVER_CLOSED_TABLES = """
    WITH RECURSIVE above AS (
      SELECT c.oid FROM pg_class c
      WHERE NOT c.relispopulated
         OR c.relrowsecurity AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polpermissive
                                               AND p.polcmd IN ('*', 'r') AND 0 = ANY (p.polroles))
      UNION
      SELECT w.ev_class
      FROM above a JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass
                                    AND d.refclassid = 'pg_class'::regclass AND d.refobjid = a.oid
      JOIN pg_rewrite w ON w.oid = d.objid AND w.ev_type = '1'
    )
    SELECT n.nspname, c.relname FROM above a JOIN pg_class c ON c.oid = a.oid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'v'
"""
DROPPABLE = {"function execute", "underlying relation"}
# Both are in README; what is counted are reads to which the answer is no, and a try succeeds.
KNOWN_LIMIT = "known limit"  # of the catalog query alone, for what the planner drops
NO_ROWS = "no rows"  # of both: the planner knows that no row comes, or that none matters, and asks for no function or mapping


class AuditFailed(Exception):
    """The program gave no answer to compare."""


class Comparison:
    """Of one database, for these roles. `auditor` is a superuser that can log in."""

    def __init__(self, program, database, auditor, roles, of_catalog_query=None, execute=True):
        """`of_catalog_query`: those of the roles that it is asked about, too (it takes the longest), default all.
        `execute`: a try is more than EXPLAIN (see attempts.py)."""
        self._database = database
        self._roles = roles
        self._execute = execute
        further = ["public", "postgres"]
        self._extension = self._audit(program, auditor, [*roles, *further], "extension")
        asked = [*(roles if of_catalog_query is None else of_catalog_query), *further]
        self._catalog = self._audit(program, auditor, asked, "catalog", "--no-extension")
        self.counts = collections.Counter()  # of what was compared
        self.undecided = {}  # relation: a try that says nothing of permissions
        self._over_views = {tuple(row) for row in database.sql(VIEWS_OVER_VIEWS)}
        self._ruled_over_views = {tuple(row) for row in database.sql(RULES_OVER_VIEWS)}
        self._over_closed_tables = {tuple(row) for row in database.sql(OVER_CLOSED_TABLES)}
        self._limited = set()  # (role, relation): the catalog query's no is one of those

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
        """Where they differ on relations."""
        return [*self._between_rungs(), *self._from_the_server()]

    def further_differences(self, version):
        """Of the extension's other functions and the server's."""
        with self._database.connect() as connection:
            objects = ObjectComparison(connection, version, self._roles, self.counts)
            found = list(objects.differences())
            for role, report in self._extension.items():
                if role in self._roles:
                    found += objects.schema_differences(role, report["schemas"], report["tables"])
            return found + list(explanation_comparison.differences(connection, version, self._roles, self.counts))

    def _between_rungs(self):
        for role, by_catalog in self._catalog.items():
            by_extension = self._extension[role]
            tables = [{(row["schema_name"], row["table_name"]): row for row in part["tables"]}
                      for part in (by_extension, by_catalog)]
            for relation in sorted(tables[0].keys() | tables[1].keys()):
                rows = [rows.get(relation) for rows in tables]
                limited = {"can_read", "can_write"} if relation in self._over_views else {"can_write"}
                if relation in self._over_views | self._ruled_over_views and is_known_limit(*rows, limited):
                    self._limited.add((role, relation))
                elif rows[0] != rows[1]:
                    yield Difference(role, relation, dict(zip(("extension", "catalog"), _differing(*rows))))
            for part in ("schemas", "summary", "findings"):
                if tables[0] == tables[1] and by_extension[part] != by_catalog[part]:
                    yield Difference(role, None, {"extension": by_extension[part], "catalog": by_catalog[part]})

    def _from_the_server(self):
        with self._database.connect() as connection:
            tries = Tries(connection)
            found = tries.relations()
            for role in self._roles:
                tries.become(role)
                yield from self._tried(tries, role, found)
        # Without a temporary schema of its own.
        with self._database.connect() as connection:
            for role in self._roles:
                connection.execute(sql.SQL("SET SESSION AUTHORIZATION {}").format(sql.Identifier(role)))
                yield from self._own_report(connection, role)
                yield from self._row_security(connection, role)
                connection.execute("RESET SESSION AUTHORIZATION")

    def _tried(self, tries, role, found):
        said = {source: claims(audit[role]["tables"])
                for source, audit in (("extension", self._extension), ("catalog", self._catalog)) if role in audit}
        verdicts = tries.together([judgement(relation, self._execute) for relation in found])
        for relation, tried in zip(found, verdicts):
            key = relation.key
            if isinstance(tried, Undecided):
                self.undecided[key] = tried
                continue
            self.counts["verdicts"] += 1
            self.counts["verdicts of both"] += len(said) - 1
            self.counts["readable"] += tried.read
            self.counts["writable"] += tried.write
            self.counts["truncatable"] += tried.truncate
            answers = {source: claimed.get(key, NOTHING) for source, claimed in said.items()} | {"tried": tried}
            if tried.write and not any(key in claimed for claimed in said.values()):
                # A relation is listed if something is held on it, but a write of which rules make nothing needs nothing.
                answers = {"extension": tries.verdict(UNLISTED, key), "tried": tried}
            if (role, key) in self._limited:
                self.counts[KNOWN_LIMIT] += 1
                del answers["catalog"]
            if len(set(answers.values())) == 1:
                continue
            if (all(differs_in_read_alone(answer, tried) for answer in answers.values()) and
                    (key in self._over_closed_tables or scans_nothing(tries.plan(relation)))):
                self.counts[NO_ROWS] += 1
                continue
            yield Difference(role, key, answers)

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


def differs_in_read_alone(answer, tried):
    """Or not at all; and the answer is no."""
    return answer == tried or tried.read and answer == dataclasses.replace(tried, read=False)


def scans_nothing(plan):
    return not any(" Scan " in line for line in plan) or any("One-Time Filter: false" in line for line in plan)


def is_known_limit(by_extension, by_catalog, verdicts):
    """Does the catalog query but say no where the extension says yes? (Whether that is right, a try tells.)"""
    if by_extension is None or by_catalog is None or any(by_catalog[each] > by_extension[each] for each in verdicts):
        return False
    more = set(by_catalog["blocked_by"]) - set(by_extension["blocked_by"])
    but_for = verdicts | {"blocked_by"}
    return bool(more) and more <= DROPPABLE and set(by_extension["blocked_by"]) <= set(by_catalog["blocked_by"]) and all(
        by_extension[key] == by_catalog[key] for key in by_extension.keys() - but_for)


def _differing(first, second):
    """Of two rows what is not the same in both."""
    if first is None or second is None:
        return first, second
    keys = [key for key in first if first[key] != second[key]]
    return {key: first[key] for key in keys}, {key: second[key] for key in keys}
