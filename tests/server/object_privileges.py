"""What the server's own functions say of every object on which something can be granted."""

OWN_OR_NOT_TEMPORARY = """n.nspname !~ '^pg_(toast_)?temp_' OR replace(n.nspname, '_toast', '') =
           (SELECT nspname FROM pg_namespace WHERE oid = pg_my_temp_schema())"""

# type: (the objects as class, id, sub and name, their words, what has the privilege)
BY_FUNCTION = {
    "column": (
        """SELECT 'pg_class'::regclass, c.oid, a.attnum, a.attname
           FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid
           WHERE a.attacl IS NOT NULL AND NOT attisdropped AND relkind <> 'S'""",
        ["SELECT", "INSERT", "UPDATE", "REFERENCES"],
        "has_column_privilege(role, id, sub::int2, word)",
    ),
    "database": (
        "SELECT 'pg_database'::regclass, oid, 0, datname FROM pg_database",
        ["CREATE", "CONNECT", "TEMPORARY"],
        "has_database_privilege(role, id, word)",
    ),
    "foreign server": (
        "SELECT 'pg_foreign_server'::regclass, oid, 0, srvname FROM pg_foreign_server",
        ["USAGE"],
        "has_server_privilege(role, id, word)",
    ),
    "foreign-data wrapper": (
        "SELECT 'pg_foreign_data_wrapper'::regclass, oid, 0, fdwname FROM pg_foreign_data_wrapper",
        ["USAGE"],
        "has_foreign_data_wrapper_privilege(role, id, word)",
    ),
    "language": (
        "SELECT 'pg_language'::regclass, oid, 0, lanname FROM pg_language",
        ["USAGE"],
        "has_language_privilege(role, id, word)",
    ),
    "routine": (
        "SELECT 'pg_proc'::regclass, oid, 0, proname FROM pg_proc",
        ["EXECUTE"],
        "has_function_privilege(role, id, word)",
    ),
    "schema": (
        f"SELECT 'pg_namespace'::regclass, n.oid, 0, nspname FROM pg_namespace n WHERE {OWN_OR_NOT_TEMPORARY}",
        ["USAGE", "CREATE"],
        "has_schema_privilege(role, id, word)",
    ),
    "sequence": (
        "SELECT 'pg_class'::regclass, oid, 0, relname FROM pg_class WHERE relkind = 'S'",
        ["SELECT", "UPDATE", "USAGE"],
        # It fails on tables, and the planner may ask it before it asks for the kind.
        "CASE WHEN EXISTS (SELECT FROM pg_class WHERE oid = id AND relkind = 'S') "
        "THEN has_sequence_privilege(role, id, word) END",
    ),
    "table": (
        "SELECT 'pg_class'::regclass, oid, 0, relname FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f')",
        ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"],
        "has_table_privilege(role, id, word)",
    ),
    "tablespace": (
        "SELECT 'pg_tablespace'::regclass, oid, 0, spcname FROM pg_tablespace",
        ["CREATE"],
        "has_tablespace_privilege(role, id, word)",
    ),
    "type": (
        """SELECT 'pg_type'::regclass, oid, 0, typname FROM pg_type t
           WHERE NOT EXISTS (SELECT FROM pg_type WHERE typarray = t.oid) AND typname NOT IN ('int2vector', 'oidvector')
             AND NOT EXISTS (SELECT FROM pg_class WHERE oid = typrelid AND relkind <> 'c')""",
        ["USAGE"],
        "has_type_privilege(role, id, word)",
    ),
}
PARAMETERS = (
    "SELECT 'pg_parameter_acl'::regclass, oid, 0, parname FROM pg_parameter_acl",
    ["SET", "ALTER SYSTEM"],
    "has_parameter_privilege(role, name, word)",
)


def functions_of(version):
    functions = dict(BY_FUNCTION)
    if version >= 15:
        functions["parameter"] = PARAMETERS
    if version < 17:
        objects, words, has = functions["table"]
        functions["table"] = (objects, words[:-1], has)
    else:
        objects, words, has = functions["type"]
        functions["type"] = (objects + " AND typtype <> 'm'", words, has)
    return functions


def held_by_functions(connection, roles, objects, words, has):
    """{role: {identity: (privileges, grantable)}} of what each role holds something on."""
    rows = connection.execute(
        f"""
        WITH objects (class, id, sub, name) AS MATERIALIZED ({objects}),
        held AS (
          SELECT role, class, id, sub, n, word, {has.replace("word", "word || ' WITH GRANT OPTION'")} AS grantable
          FROM objects, unnest(%(words)s::text[]) WITH ORDINALITY w (word, n), unnest(%(roles)s::name[]) r (role)
          WHERE {has}
        )
        SELECT role, (pg_identify_object(class, id, sub)).identity, array_agg(word ORDER BY n),
               coalesce(array_agg(word ORDER BY n) FILTER (WHERE grantable), '{{}}')
        FROM held GROUP BY role, class, id, sub
        """,
        {"words": words, "roles": roles},
    ).fetchall()
    found = {role: {} for role in roles}
    for role, identity, privileges, grantable in rows:
        found[role][identity] = privileges, grantable
    assert sum(map(len, found.values())) == len(rows)
    return found
