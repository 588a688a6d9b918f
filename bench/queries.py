"""What is compared. Each takes the role's name; each is sent as it stands here, and all of its rows are fetched."""

FROM = """
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN (SELECT oid, rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = '{role}') me"""
WHERE = """
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'"""

RELATIONS = FROM + WHERE

KIND = """CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'
            WHEN 'm' THEN 'materialized view' ELSE 'foreign table' END"""

# The relations' privileges that there are up to 16; MAINTAIN joins them in 17.
ALL_PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
BY_COLUMN = ("SELECT", "INSERT", "UPDATE", "REFERENCES")

EXTENSION = "SELECT * FROM conncheck_permissions('{role}')"

ONE_TABLE = "SELECT * FROM conncheck_permissions('{role}', 's1', 'relation_51')"

# The same rows for less than any answer costs: those that the role sees, with constants for all that is judged.
FLOOR = f"""
    SELECT '{{role}}'::name, n.nspname, c.relname, {KIND}::text, true, false, false, '{{{{SELECT,INSERT}}}}'::text[],
           '{{{{}}}}'::text[], NULL::jsonb, pg_get_userbyid(c.relowner), 'none'::text, '{{{{}}}}'::text[]
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'closed'
      AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
    ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C\""""

# As Neosync asks.
INFORMATION_SCHEMA = """
    SELECT table_schema, table_name, array_agg(privilege_type)
    FROM information_schema.table_privileges
    WHERE grantee = current_user AND table_schema NOT IN ('pg_catalog', 'information_schema')
    GROUP BY table_schema, table_name"""


def privileges(server_version):
    return ALL_PRIVILEGES + (("MAINTAIN",) if server_version >= 170000 else ())


def words(names, test):
    cases = ", ".join(f"CASE WHEN {test(name)} THEN '{name}' END" for name in names)
    return f"array_remove(ARRAY[{cases}], NULL)"


def held(privilege):
    return f"has_table_privilege(me.oid, c.oid, '{privilege}')"


def complete_has(server_version):
    """The same answer as the extension's, as far as the server's own functions give it: what lies beneath views, rules
    and foreign tables is left out. Columns are asked about only where a column can give more than the relation."""
    names = privileges(server_version)
    columns = ", ".join(
        f"'{name}', json_agg(a.attname ORDER BY a.attnum) FILTER (WHERE NOT {held(name)}"
        f" AND has_column_privilege(me.oid, c.oid, a.attnum, '{name}'))"
        for name in BY_COLUMN
    )
    by_column = " OR ".join(
        f"(NOT {held(name)} AND has_any_column_privilege(me.oid, c.oid, '{name}'))" for name in BY_COLUMN
    )
    grantable = words(names, lambda name: held(f"{name} WITH GRANT OPTION"))
    return f"""
    SELECT * FROM (
      SELECT me.rolname, n.nspname, c.relname, {KIND} AS kind,
             has_schema_privilege(me.oid, n.oid, 'USAGE') AS usage,
             {words(names, held)} AS held, {grantable} AS grantable,
             CASE WHEN {by_column}
               THEN (SELECT json_strip_nulls(json_build_object({columns}))::jsonb FROM pg_attribute a
                     WHERE a.attrelid = c.oid AND NOT a.attisdropped) END AS by_column,
             pg_get_userbyid(c.relowner) AS owner,
             {ROW_SECURITY} AS row_security
      {RELATIONS}
    ) r
    WHERE held <> '{{{{}}}}' OR by_column IS NOT NULL
    ORDER BY nspname COLLATE "C", relname COLLATE "C\""""


ROW_SECURITY = """CASE WHEN NOT c.relrowsecurity THEN 'none' WHEN me.rolsuper OR me.rolbypassrls
               OR (pg_has_role(me.oid, c.relowner, 'USAGE') AND NOT c.relforcerowsecurity) THEN 'bypassed'
               ELSE 'applies' END"""


def best_sql(server_version):
    """The best pure SQL known: has_* for relations, and one scan of the columns that have an ACL of their own."""
    names = privileges(server_version)
    columns = ", ".join(
        f"'{name}', json_agg(a.attname ORDER BY a.attnum) FILTER (WHERE NOT {held(name)}"
        f" AND has_column_privilege(me.oid, c.oid, a.attnum, '{name}'))"
        for name in BY_COLUMN
    )
    grantable = words(names, lambda name: held(f"{name} WITH GRANT OPTION"))
    return f"""
    WITH by_column AS MATERIALIZED (
      SELECT c.oid, json_strip_nulls(json_build_object({columns}))::jsonb AS held
      {RELATIONS.replace("FROM pg_class c", "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid")}
        AND a.attacl IS NOT NULL AND NOT a.attisdropped
      GROUP BY c.oid, me.oid
    )
    SELECT * FROM (
      SELECT me.rolname, n.nspname, c.relname, {KIND} AS kind,
             has_schema_privilege(me.oid, n.oid, 'USAGE') AS usage,
             {words(names, held)} AS held, {grantable} AS grantable,
             nullif(b.held, '{{{{}}}}') AS by_column,
             pg_get_userbyid(c.relowner) AS owner,
             {ROW_SECURITY} AS row_security
      {FROM} LEFT JOIN by_column b ON b.oid = c.oid {WHERE}
    ) r
    WHERE held <> '{{{{}}}}' OR by_column IS NOT NULL
    ORDER BY nspname COLLATE "C", relname COLLATE "C\""""
