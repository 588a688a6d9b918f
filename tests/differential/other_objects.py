"""Random objects that are no relations, on each of which GRANT can be said: sequences, routines, types, large objects,
the servers of foreign tables, the database."""

import dataclasses

from names import Namespace, quoted

SEQUENCES, ROUTINES, TYPES, LARGE_OBJECTS = 4, 6, 4, 2


@dataclasses.dataclass(frozen=True)
class GrantedObject:
    """`word`: what GRANT calls it; `owned`: what ALTER … OWNER TO calls it."""

    word: str
    sql: str
    privileges: tuple[str, ...]
    owned: str


class OtherObjects:
    """Makes them. `functions`: those that take one int, for views to call."""

    def __init__(self, random, schemas):
        self._random = random
        self._schemas = schemas
        self._names = {schema: Namespace(random, " o") for schema in schemas}
        self.all = []
        self.functions = []

    def make(self):
        """[statement, …]; they are in `all` from now on."""
        made = [self._sequence() for _ in range(SEQUENCES)]
        made += [self._routine() for _ in range(ROUTINES)]
        made += [self._type() for _ in range(TYPES)]
        made += [self._large_object(4000 + number) for number in range(LARGE_OBJECTS)]
        for server in ("mapped", "fixed", "files"):
            self.all.append(GrantedObject("FOREIGN SERVER", server, ("USAGE",), "SERVER"))
        self.all.append(GrantedObject("FOREIGN DATA WRAPPER", "file_fdw", ("USAGE",), ""))
        return made

    def _new(self, plain, word, privileges, owned=None, arguments=""):
        schema = self._random.choice(self._schemas)
        name = f"{quoted(schema)}.{quoted(self._names[schema].new(plain))}{arguments}"
        self.all.append(GrantedObject(word, name, privileges, owned or word))
        return name

    def _sequence(self):
        return f"CREATE SEQUENCE {self._new('q', 'SEQUENCE', ('USAGE', 'SELECT', 'UPDATE'))}"

    def _routine(self):
        kind = self._random.choice(("called", "called", "called", "FUNCTION", "PROCEDURE", "AGGREGATE"))
        privileges = ("EXECUTE",)
        if kind == "called":
            name = self._new("called", "FUNCTION", privileges, arguments="(int)")
            self.functions.append(name.removesuffix("(int)"))
            # Not inlined. What is volatile has to run, even where nobody reads it.
            volatility = self._random.choice(("", " STABLE", " IMMUTABLE"))
            return f"CREATE FUNCTION {name} RETURNS boolean LANGUAGE plpgsql{volatility} AS 'BEGIN RETURN true; END'"
        if kind == "AGGREGATE":
            return f"CREATE AGGREGATE {self._new('total', 'FUNCTION', privileges, kind, '(int)')} (SFUNC = int4pl, STYPE = int)"
        name = self._new("f", kind, privileges, arguments=self._random.choice(("()", "(text)", '(int, "char")')))
        if kind == "PROCEDURE":
            return f"CREATE PROCEDURE {name} LANGUAGE sql AS 'SELECT 1'"
        return f"CREATE FUNCTION {name} RETURNS int LANGUAGE sql AS 'SELECT 1'"

    def _type(self):
        if self._random.random() < 0.3:
            return f"CREATE DOMAIN {self._new('d', 'TYPE', ('USAGE',), 'DOMAIN')} AS int"
        name = self._new("type", "TYPE", ("USAGE",))
        return f"CREATE TYPE {name} AS " + self._random.choice(("ENUM ('a')", "(a int)", "RANGE (SUBTYPE = text)"))

    def _large_object(self, number):
        self.all.append(GrantedObject("LARGE OBJECT", str(number), ("SELECT", "UPDATE"), "LARGE OBJECT"))
        return f"SELECT lo_create({number})"
