"""A random catalog: the statements that make it, the same ones for one seed and one major version of the server."""

import dataclasses
import random

from names import Namespace, quoted
from other_objects import OtherObjects
from relations import Relations

MEMBERSHIP_OPTIONS_SINCE = 16
PREDEFINED = {"pg_read_all_data": 14, "pg_write_all_data": 14, "pg_database_owner": 14, "pg_maintain": 17, "pg_monitor": 13}

# What the database of each seed has from the beginning.
PREPARED = (
    "CREATE EXTENSION conncheck",
    "CREATE EXTENSION file_fdw",
    "CREATE EXTENSION postgres_fdw",
    "CREATE FUNCTION public.nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
)

ROLES = 12
SCHEMAS = 4
KINDS = "rrrrrrrrrrrpfrrrivvvvvvvvvvmfpvv"  # of relations, in the order in which they are made: views need others
GRANTS = 150
GRANTS_ON_OTHER_OBJECTS = 50
BY_COLUMN = ("SELECT", "INSERT", "UPDATE", "REFERENCES")
PRIVILEGES = (*BY_COLUMN, "DELETE", "TRUNCATE", "TRIGGER")


@dataclasses.dataclass(frozen=True)
class Statement:
    """`role`: who executes it, None for the superuser. It may be refused: then it changes nothing."""

    text: str
    role: str | None = None

    def __str__(self):
        return f"SET ROLE {quoted(self.role)}; {self.text}; RESET ROLE;" if self.role else f"{self.text};"


class Catalog:
    """Of a seed. `roles`: their names; `statements`: in the order in which they are to be executed."""

    def __init__(self, seed, version):
        # A string's seed is the same in every version of Python.
        self._random = random.Random(f"conncheck {seed}")
        self._version = version
        self.seed = seed
        self.statements = []
        names = Namespace(self._random, f" {seed}")
        self.roles = [names.new(f"role{number}") for number in range(ROLES)]
        self._make_roles()
        self._make_schemas()
        self._make_default_privileges()
        self._other_objects = OtherObjects(self._random, self.schemas)
        self._make_relations()
        for _ in range(GRANTS):
            self._change()
        for _ in range(GRANTS_ON_OTHER_OBJECTS):
            self._change_on_other_object()

    def _chance(self, probability):
        return self._random.random() < probability

    def _do(self, text, role=None):
        self.statements.append(Statement(text, role))

    def _role(self):
        return self._random.choice(self.roles)

    def _grantee(self):
        return "PUBLIC" if self._chance(0.12) else quoted(self._role())

    def _grantor(self):
        """Mostly the owner (a superuser's grants are the owner's), else somebody who may have no grant option."""
        return self._role() if self._chance(0.3) else None

    # Roles

    def _make_roles(self):
        for role in self.roles:
            attributes = "NOINHERIT " if self._chance(0.25) else ""
            attributes += "BYPASSRLS " if self._chance(0.08) else ""
            attributes += "SUPERUSER " if self._chance(0.02) else ""
            self._do(f"CREATE ROLE {quoted(role)} {attributes}".rstrip())
        for _ in range(ROLES * 3 // 2):
            self._membership()
        for predefined, since in PREDEFINED.items():
            if self._version >= since and predefined != "pg_database_owner" and self._chance(0.6):
                self._do(f"GRANT {predefined} TO {quoted(self._role())}{self._membership_options()}")
        if self._chance(0.5):
            self._do("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I OWNER TO %s', current_database(),"
                     f" {self._literal(quoted(self._role()))}); END $$")

    @staticmethod
    def _literal(text):
        return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"

    def _membership_options(self):
        if self._version < MEMBERSHIP_OPTIONS_SINCE:
            return " WITH ADMIN OPTION" if self._chance(0.3) else ""
        options = [f"{option} {self._random.choice(('TRUE', 'FALSE'))}"
                   for option in ("INHERIT", "SET", "ADMIN") if self._chance(0.4)]
        return f" WITH {', '.join(options)}" if options else ""

    def _membership(self):
        group, member = self._random.sample(self.roles, 2)  # cycles are refused
        self._do(f"GRANT {quoted(group)} TO {quoted(member)}{self._membership_options()}", self._grantor())

    def _change_membership(self):
        group, member = map(quoted, self._random.sample(self.roles, 2))
        changes = [f"REVOKE {group} FROM {member} CASCADE", f"REVOKE ADMIN OPTION FOR {group} FROM {member} CASCADE",
                   f"ALTER ROLE {member} {self._random.choice(('INHERIT', 'NOINHERIT'))}"]
        if self._version >= MEMBERSHIP_OPTIONS_SINCE:
            changes.append(f"REVOKE INHERIT OPTION FOR {group} FROM {member}")
        self._do(self._random.choice(changes))

    # Schemas

    def _make_schemas(self):
        names = Namespace(self._random)
        self.schemas = ["public"]
        for _ in range(SCHEMAS):
            schema = names.new("s")
            if schema == "public":
                continue
            self.schemas.append(schema)
            owner = f" AUTHORIZATION {quoted(self._role())}" if self._chance(0.5) else ""
            self._do(f"CREATE SCHEMA {quoted(schema)}{owner}")
            if self._chance(0.5):
                self._do(f"GRANT USAGE ON SCHEMA {quoted(schema)} TO PUBLIC")
        for _ in range(2 * SCHEMAS):
            self._schema_grant()

    def _schema_grant(self):
        schema = quoted(self._random.choice(self.schemas[1:]))
        privileges = self._random.choice(("USAGE", "USAGE", "ALL", "CREATE"))
        if self._chance(0.8):
            option = " WITH GRANT OPTION" if self._chance(0.2) else ""
            self._grant(f"GRANT {privileges} ON SCHEMA {schema} TO", option)
        else:
            self._do(f"REVOKE {privileges} ON SCHEMA {schema} FROM {self._grantee()} CASCADE", self._grantor())

    # What objects get when they are made

    def _make_default_privileges(self):
        for objects, privileges in (("TABLES", self._privileges()), ("SEQUENCES", "USAGE"), ("FUNCTIONS", "ALL"),
                                    ("TYPES", "ALL")):
            if self._chance(0.3):
                schema = f" IN SCHEMA {quoted(self._random.choice(self.schemas))}" if self._chance(0.4) else ""
                self._do(f"ALTER DEFAULT PRIVILEGES{schema} GRANT {privileges} ON {objects} TO {self._grantee()}")
            if objects in ("FUNCTIONS", "TYPES") and self._chance(0.2):
                self._do(f"ALTER DEFAULT PRIVILEGES REVOKE ALL ON {objects} FROM PUBLIC")

    # Relations

    def _make_relations(self):
        self._relations = Relations(self._random, self._version, self.schemas, self.roles)
        for statement in [*self._relations.servers(), *self._other_objects.make()]:
            self._do(statement)
        self._relations.functions = self._other_objects.functions
        for kind in KINDS:
            for statement in self._relations.new(kind):
                self._do(statement)
        for relation in self._relations.all:
            if self._chance(0.7):
                self._do(f"ALTER {relation.word} {relation.sql} OWNER TO {quoted(self._role())}")
            if relation.kind in "rp" and self._chance(0.25):
                self._row_security(relation)
        if self._chance(0.5):
            for statement in self._relations.rules_on_table():
                self._do(statement)

    def _row_security(self, table):
        force = ", FORCE ROW LEVEL SECURITY" if self._chance(0.4) else ""
        self._do(f"ALTER TABLE {table.sql} ENABLE ROW LEVEL SECURITY{force}")
        condition = f"{quoted(table.columns[0])} IS NOT NULL" if table.columns else "true"
        if self._chance(0.6):
            command = self._random.choice(("ALL", "SELECT", "UPDATE"))
            self._do(f"CREATE POLICY p ON {table.sql} FOR {command} TO {self._grantee()} USING ({condition})")

    # Other objects

    def _change_on_other_object(self):
        if self._chance(0.04):
            self._grant_on_database()
            return
        target = self._random.choice(self._other_objects.all)
        privileges = self._random.choice(("ALL", self._random.choice(target.privileges)))
        if target.owned and self._chance(0.2):
            self._do(f"ALTER {target.owned} {target.sql} OWNER TO {quoted(self._role())}")
        elif self._chance(0.3):
            option = "GRANT OPTION FOR " if self._chance(0.2) else ""
            grantee = "PUBLIC" if self._chance(0.5) else quoted(self._role())
            self._do(f"REVOKE {option}{privileges} ON {target.word} {target.sql} FROM {grantee} CASCADE", self._grantor())
        else:
            option = " WITH GRANT OPTION" if self._chance(0.2) else ""
            self._grant(f"GRANT {privileges} ON {target.word} {target.sql} TO", option)

    def _grant_on_database(self):
        before, after = self._random.choice((("GRANT CREATE", f"TO {self._grantee()}"),
                                             ("GRANT ALL", f"TO {quoted(self._role())} WITH GRANT OPTION"),
                                             ("REVOKE TEMPORARY", "FROM PUBLIC")))
        self._do(f"DO $$ BEGIN EXECUTE format('{before} ON DATABASE %I %s', current_database(),"
                 f" {self._literal(after)}); END $$")

    # Grants, and what else changes who may do what

    def _privileges(self):
        return self._random.choice(
            ("ALL", "SELECT", "SELECT", "INSERT, UPDATE, DELETE", "SELECT, INSERT, UPDATE, DELETE",
             ", ".join(self._random.sample(PRIVILEGES, self._random.randint(1, 4)))))

    def _column_privileges(self, relation):
        """Some privileges on some columns; often on all of them, which is as good as on the table."""
        columns = relation.columns
        if self._chance(0.6):
            columns = self._random.sample(columns, self._random.randint(1, len(columns)))
        if relation.kind in "rpm" and self._chance(0.05):
            columns = ["ctid", "tableoid"]
        listed = f"({', '.join(map(quoted, columns))})"
        granted = self._random.choice((BY_COLUMN[:3], ("SELECT",), self._random.sample(BY_COLUMN, 2)))
        return ", ".join(f"{privilege} {listed}" for privilege in granted)

    def _grant(self, statement, option):
        """`statement` ends in TO. Who gets it with grant option often passes it on, to somebody who may have it from
        the owner, too."""
        grantees = [self._grantee() for _ in range(self._random.choice((1, 1, 1, 2)))]
        if option:
            grantees = [grantee for grantee in grantees if grantee != "PUBLIC"] or [quoted(self._role())]
        self._do(f"{statement} {', '.join(grantees)}{option}", self._grantor())
        if option and self._chance(0.6):
            grantor, grantee = grantees[0][1:-1].replace('""', '"'), self._grantee()
            self._do(f"{statement} {grantee}", grantor)
            if self._chance(0.5):
                self._do(f"{statement} {grantee}")

    def _grant_on_relation(self):
        relation = self._random.choice(self._relations.all)
        by_column = relation.columns and self._chance(0.4)
        privileges = self._column_privileges(relation) if by_column else self._privileges()
        self._grant(f"GRANT {privileges} ON {relation.sql} TO", " WITH GRANT OPTION" if self._chance(0.2) else "")

    def _revoke_on_relation(self):
        relation = self._random.choice(self._relations.all)
        by_column = relation.columns and self._chance(0.3)
        privileges = self._column_privileges(relation) if by_column else self._privileges()
        option = "GRANT OPTION FOR " if self._chance(0.2) else ""
        self._do(f"REVOKE {option}{privileges} ON {relation.sql} FROM {self._grantee()} CASCADE", self._grantor())

    def _owner_revokes(self):
        """From itself, and PUBLIC's with it."""
        relation = self._random.choice(self._relations.all)
        owner = self._role()
        self._do(f"ALTER {relation.word} {relation.sql} OWNER TO {quoted(owner)}")
        self._do(f"REVOKE {self._privileges()} ON {relation.sql} FROM {quoted(owner)} CASCADE", owner)

    def _grant_in_schema(self):
        schema = quoted(self._random.choice(self.schemas))
        self._do(f"GRANT {self._privileges()} ON ALL TABLES IN SCHEMA {schema} TO {self._grantee()}")

    def _alter_relation(self):
        relation = self._random.choice(self._relations.all)
        if relation.kind in "rp" and len(relation.columns) > 1 and self._chance(0.5):
            # Refused where a view, a key or a child depends on it.
            self._do(f"ALTER TABLE {relation.sql} DROP COLUMN {quoted(self._random.choice(relation.columns))}")
        elif relation.kind in "rp" and self._chance(0.5):
            change = self._random.choice(("ENABLE", "DISABLE", "FORCE", "NO FORCE"))
            self._do(f"ALTER TABLE {relation.sql} {change} ROW LEVEL SECURITY")
        else:
            self._do(f"ALTER {relation.word} {relation.sql} OWNER TO {quoted(self._role())}")

    def _change(self):
        self._random.choices(
            (self._grant_on_relation, self._revoke_on_relation, self._grant_in_schema, self._owner_revokes,
             self._alter_relation, self._schema_grant, self._change_membership, self._membership),
            (60, 15, 2, 5, 8, 4, 2, 2))[0]()
