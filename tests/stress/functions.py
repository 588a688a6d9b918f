"""Calls of every function that the extension has, with every option."""

import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "server"))

FUNCTIONS = """
    SELECT p.oid::regprocedure::text, p.proname, p.proargnames[:p.pronargs],
           array(SELECT t::regtype::text FROM unnest(p.proargtypes) WITH ORDINALITY AS a(t, n) ORDER BY n)
    FROM pg_depend d JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
    WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
      AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'conncheck')
      AND p.prorettype <> 'internal'::regtype -- for the planner only
    ORDER BY 1
"""

# What a call may say of something that it was asked about by name and that another session has dropped.
GONE = {"42704", "42P01", "3F000", "42883", "3D000", "42703"}


class Functions:
    """The functions of the extension in one database."""

    def __init__(self, database):
        self._functions = database.sql(FUNCTIONS)
        if not self._functions:
            raise RuntimeError("the extension has no functions")

    def __len__(self):
        return len(self._functions)

    @property
    def names(self):
        return [row[0] for row in self._functions]

    def call(self, number, arguments):
        """(statement, parameters) that call function `number` modulo their count and count its rows; `arguments` gives
        the value of a parameter by its name and type."""
        _, name, parameters, types = self._functions[number % len(self)]
        casts = ", ".join(f"%s::{type}" for type in types)
        values = [arguments(parameter, type) for parameter, type in zip(parameters or [], types)]
        # OFFSET 0: the rows are to be made, not only counted.
        return f"SELECT count(r::text) FROM (SELECT * FROM public.{name}({casts}) OFFSET 0) r", values

    def plain_calls(self):
        """One call of each, about everything there is."""
        defaults = {"role": None, "schema_pattern": None, "table_pattern": None, "include_system": True,
                    "include_invisible": True, "object_types": None, "object": "pg_catalog.pg_class",
                    "privilege": "SELECT"}
        return [self.call(number, lambda parameter, _: defaults[parameter]) for number in range(len(self))]


class RandomArguments:
    """Values of parameters. Those of names that come and go may make a call fail with one of GONE."""

    VALUES = {
        "schema_pattern": (None, None, "*", "shared", "s?_*", "public"),
        "table_pattern": (None, None, "*", "t", "?", "v*"),
        "object_types": (None, None, ["table", "column"], ["schema", "routine"], ["role", "database"]),
    }
    # What can be asked about each: another privilege is an error of the caller.
    OBJECTS = {
        **dict.fromkeys(
            ("public.held", "public.over_held", "shared.t", "shared.v", "table shared.t", "relation_that_never_was"),
            ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE"),
        ),
        **dict.fromkeys(("schema shared", "schema s1"), ("USAGE", "CREATE")),
        "column shared.t.a": ("SELECT", "INSERT", "UPDATE"),
        "role coming_1": ("MEMBER", "USAGE", "SET"),
    }

    def __init__(self, seed, roles):
        self._random = random.Random(seed)
        self._roles = roles
        self._object = None  # of the call whose arguments are being made; it comes before the privilege

    def __call__(self, parameter, type):
        if parameter == "role":
            return self._random.choice((None, "public", *self._roles))
        if type == "boolean":
            return self._random.random() < 0.5
        if parameter == "object":
            self._object = self._random.choice(list(self.OBJECTS))
            return self._object
        if parameter == "privilege":
            return self._random.choice(self.OBJECTS[self._object])
        return self._random.choice(self.VALUES[parameter])
