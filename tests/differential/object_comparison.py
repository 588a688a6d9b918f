"""conncheck_objects and conncheck_schemas against the server's own functions."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "server"))

from difference import Difference  # noqa: E402
from object_privileges import functions_of, held_by_functions  # noqa: E402

SET_SINCE = 16
# What conncheck_objects leaves out: what initdb made outside of schemas. Databases and roles are the server's: those of
# other seeds come and go.
OF_THE_SEED = """
    SELECT * FROM ({}) o (class, id, sub, name)
    WHERE CASE WHEN class = 'pg_database'::regclass THEN name = current_database()
          ELSE id >= 16384 OR class = 'pg_namespace'::regclass AND name = 'public' END
"""
SAID = """
    SELECT r, identity, schema_name, privileges, grantable, usable
    FROM unnest(%s::name[]) r, conncheck_objects(r, ARRAY[%s])
    WHERE CASE object_type WHEN 'database' THEN object_name = current_database() WHEN 'role' THEN object_name = ANY (%s)
          ELSE true END
"""
MEMBERSHIP = """
    SELECT m.rolname, quote_ident(r.rolname), pg_has_role(m.oid, r.oid, 'USAGE'), {},
           pg_has_role(m.oid, r.oid, 'MEMBER WITH ADMIN OPTION')
    FROM pg_roles m, pg_roles r
    WHERE m.rolname = ANY (%(roles)s) AND r.rolname = ANY (%(among)s) AND r.oid <> m.oid
      AND pg_has_role(m.oid, r.oid, 'MEMBER')
"""
SCHEMAS = """
    SELECT r, n.nspname, has_schema_privilege(r, n.oid, 'USAGE'), has_schema_privilege(r, n.oid, 'CREATE')
    FROM unnest(%s::name[]) r, pg_namespace n
    WHERE nspname NOT IN ('pg_catalog', 'information_schema') AND nspname !~ '^pg_(toast|temp)'
"""
# Of these nothing but the schema stands between what is held and its use.
USABLE_IN_SCHEMA = ("sequence", "routine", "type")


class ObjectComparison:
    """Of one database. `roles`: those to ask about, `counts`: of what was compared."""

    def __init__(self, connection, version, roles, counts):
        self._connection = connection
        self._version = version
        self._roles = roles
        self._everyone = [*roles, "public"]
        self._counts = counts
        rows = connection.execute(SCHEMAS, [self._everyone]).fetchall()
        self._schemas = {(role, schema): (use, create) for role, schema, use, create in rows}

    def differences(self):
        for object_type, (objects, words, has) in functions_of(self._version).items():
            if object_type in ("tablespace", "parameter", "language"):  # the seeds make none
                continue
            held = held_by_functions(self._connection, self._everyone, OF_THE_SEED.format(objects), words, has)
            yield from self._compared(object_type, held)
        yield from self._compared("role", self._memberships())

    def _compared(self, object_type, held):
        """`held`: {role: {identity: (privileges, grantable)}}"""
        rows = self._connection.execute(SAID, [self._everyone, object_type, self._roles]).fetchall()
        said = {(role, identity): rest for role, identity, *rest in rows}
        keys = said.keys() | {(role, identity) for role in held for identity in held[role]}
        for role, identity in sorted(keys):
            self._counts["objects"] += 1
            schema, *listed, usable = said.get((role, identity), (None, [], [], None))
            truth = list(held.get(role, {}).get(identity, ([], [])))
            if listed != truth:
                yield Difference(role, (object_type, identity), {"extension": listed, "functions": truth})
            elif usable != self._usable(role, object_type, schema, listed[0], usable):
                yield Difference(role, (object_type, identity), {"extension": f"usable: {usable}"})

    def _usable(self, role, object_type, schema, privileges, said):
        """What it must be; `said` where more stands in between than is known here."""
        in_reach = schema is None or self._schemas[role, schema][0]
        if object_type in USABLE_IN_SCHEMA or not in_reach:
            return in_reach
        if object_type == "role":
            return "USAGE" in privileges or "SET" in privileges
        return said if object_type in ("table", "column") else True

    def _memberships(self):
        may_set = "pg_has_role(m.oid, r.oid, 'SET')" if self._version >= SET_SINCE else "true"
        found = {}
        rows = self._connection.execute(MEMBERSHIP.format(may_set), {"roles": self._roles, "among": self._roles})
        for role, other, usage, may, admin in rows.fetchall():
            words = ["MEMBER"] + ["USAGE"] * usage + ["SET"] * may
            found.setdefault(role, {})[other] = words, ["MEMBER"] * admin
        return found

    def schema_differences(self, role, schemas, tables):
        """`schemas`, `tables`: of the report on the role."""
        listed = {row["schema_name"]: row for row in schemas}
        for schema in sorted({name for _, name in self._schemas}):
            use, create = self._schemas[role, schema]
            visible = [row for row in tables if row["schema_name"] == schema]
            truth = None
            if use or create or visible:
                counts = (sum(row[word] is True for row in visible) for word in ("can_read", "can_write", "can_truncate"))
                truth = [use, create, len(visible), *counts]
            row = listed.pop(schema, None)
            said = row and [row[word] for word in ("can_use", "can_create", "tables", "readable", "writable", "truncatable")]
            self._counts["schemas"] += 1
            if said != truth:
                yield Difference(role, ("schema", schema), {"extension": said, "functions": truth})
        for schema in listed:
            yield Difference(role, ("schema", schema), {"extension": listed[schema], "functions": None})
