"""conncheck_explain against the server's own functions and a try, before its fixes and after."""

from difference import Difference

ROLES, RELATIONS = 3, 8  # asked about in each seed
PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
MAINTAIN_SINCE = 17

EXPLAINED = """
    SELECT r, n.nspname, c.relname, privilege, e.held, e.lacks,
           has_table_privilege(r, c.oid, privilege)
           OR CASE WHEN privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
              THEN has_any_column_privilege(r, c.oid, privilege)
                OR EXISTS (SELECT FROM pg_attribute  -- of the system's columns that does not speak
                           WHERE attrelid = c.oid AND attnum < 0 AND has_column_privilege(r, c.oid, attnum, privilege))
              ELSE false END,
           pg_temp.mended(format('%%I.%%I', n.nspname, c.relname), privilege, r)
    FROM unnest(%s::name[]) r, pg_class c JOIN pg_namespace n ON n.oid = relnamespace, unnest(%s::text[]) privilege,
      LATERAL (SELECT bool_or(held), bool_or(source = 'missing')
               FROM conncheck_explain(format('table %%I.%%I', n.nspname, c.relname), privilege, r)) e (held, lacks)
    WHERE c.oid = ANY (SELECT c.oid FROM pg_class c WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND oid >= 16384
                       AND relnamespace <> 'information_schema'::regnamespace ORDER BY hashtext(relnamespace::regnamespace || relname), oid LIMIT %s)
"""
# Whether all fixes together make it held and usable: 'mended' if so, NULL where there was nothing to mend or something
# has no fix, else what is wrong. A read that an explanation calls usable is tried, too. All of it is undone.
MENDED = """
    CREATE FUNCTION pg_temp.mended(relation text, privilege text, role name) RETURNS text LANGUAGE plpgsql AS $$
    DECLARE
      fixes text[];
      statement text;
      is_usable boolean;
    BEGIN
      SELECT array_agg(fix) INTO fixes
      FROM conncheck_explain('table ' || relation, privilege, role) WHERE source IN ('missing', 'obstacle')
      HAVING bool_and(fix IS NOT NULL);
      is_usable := (SELECT bool_or(usable) FROM conncheck_explain('table ' || relation, privilege, role));
      IF fixes IS NULL AND NOT is_usable THEN
        RETURN NULL;
      END IF;
      BEGIN
        FOREACH statement IN ARRAY coalesce(fixes, '{}') LOOP
          EXECUTE statement;
        END LOOP;
        IF NOT (SELECT coalesce(bool_or(held AND usable), false)
                FROM conncheck_explain('table ' || relation, privilege, role)) THEN
          RAISE 'not usable after %', fixes;
        END IF;
        IF NOT has_table_privilege(role, relation, privilege) AND (privilege = ANY ('{DELETE,TRUNCATE,TRIGGER}') OR
           NOT has_any_column_privilege(role, relation, privilege)) THEN
          RAISE 'not held after %', fixes;
        END IF;
        IF privilege IN ('SELECT', 'DELETE') AND (fixes IS NOT NULL OR has_table_privilege(role, relation, privilege)) THEN
          PERFORM set_config('role', role, true);
          EXECUTE 'EXPLAIN ' || CASE privilege WHEN 'SELECT' THEN 'SELECT *' ELSE privilege END || ' FROM ' || relation;
        END IF;
        RAISE 'mended';
      EXCEPTION WHEN OTHERS THEN
        RETURN CASE WHEN SQLERRM <> 'mended' THEN format('%s, usable %s, fixes %s', SQLERRM, is_usable, fixes)
               WHEN fixes IS NOT NULL THEN SQLERRM END;
      END;
    END $$
"""


def differences(connection, version, roles, counts):
    """As a superuser; `counts`: of what was compared."""
    connection.execute(MENDED)
    privileges = [*PRIVILEGES, *["MAINTAIN"] * (version >= MAINTAIN_SINCE)]
    asked = connection.execute(EXPLAINED, [roles[-ROLES:], privileges, RELATIONS]).fetchall()
    for role, schema, table, privilege, held, lacks, truth, mended in asked:
        counts["explanations"] += 1
        counts["fixes"] += mended == "mended"
        answers = {"explained": f"{privilege}: held {held}", "functions": truth}
        if held != truth or not (held or lacks):
            yield Difference(role, (schema, table), answers)
        elif mended not in (None, "mended"):
            yield Difference(role, (schema, table), {"explained": f"{privilege}: {mended}"})
