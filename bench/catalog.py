"""The catalogs that are measured: relations as a database of many teams has them.

Of every fifty relations one is a partitioned table, nine are its partitions and forty are tables of eight integer
columns, without index or TOAST. They belong to ten owners in turn and lie in forty schemas, of which every eighth
gives no USAGE. Their grants go by turns to a group three memberships away from the reader, to its own group, to
PUBLIC, and to nobody but an owner whose privileges the reader has. One in twenty is granted by columns only, one in
twenty has row security with a policy. The reader can see all of them; as many as a tenth more lie in a schema where it holds nothing.
"""

BATCH = 50
SCHEMAS = 40
OWNERS = 10
COLUMNS = 8
# The groups of a large company; the member is in every second of them.
ALL_GROUPS = 1000
GROUPS = ALL_GROUPS // 2
WIDE = 50

# Both hold the same of the relations as they are first made.
READER, MEMBER = "bench_reader", "bench_member"

ROLES = f"""
    CREATE ROLE bench_company; CREATE ROLE bench_department IN ROLE bench_company;
    CREATE ROLE bench_team IN ROLE bench_department;
    CREATE ROLE {READER} IN ROLE bench_team; CREATE ROLE {MEMBER} IN ROLE bench_team;
    DO $$
    BEGIN
      FOR i IN 0..{OWNERS - 1} LOOP
        EXECUTE format('CREATE ROLE bench_owner_%s', i);
      END LOOP;
      FOR i IN 0..{ALL_GROUPS - 1} LOOP
        EXECUTE format('CREATE ROLE bench_group_%s', i);
        IF i % 2 = 0 THEN
          EXECUTE format('GRANT bench_group_%s TO {MEMBER}', i);
        END IF;
      END LOOP;
    END $$;
    GRANT bench_owner_3, bench_owner_7 TO bench_team;
"""

GRANTS = (
    "GRANT SELECT ON {} TO bench_company",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO bench_team",
    "GRANT SELECT ON {} TO PUBLIC",
    "GRANT SELECT, INSERT ON {} TO bench_team",
    "GRANT SELECT, TRUNCATE ON {} TO bench_team WITH GRANT OPTION",
)


def create_roles(connection):
    connection.execute(ROLES)


def fill(connection, relations):
    """Fills an empty database, in the state that autovacuum leaves behind."""
    connection.execute("CREATE EXTENSION conncheck")
    owners = ", ".join(f"bench_owner_{number}" for number in range(OWNERS))
    for number in range(SCHEMAS):
        usage = f"GRANT USAGE ON SCHEMA s{number} TO PUBLIC;" if number % 8 else ""
        connection.execute(f"CREATE SCHEMA s{number}; {usage} GRANT USAGE, CREATE ON SCHEMA s{number} TO {owners}")
    connection.execute(f"CREATE SCHEMA closed; GRANT USAGE, CREATE ON SCHEMA closed TO {owners}")
    for batch in range(relations // BATCH):
        connection.execute(batch_of_relations(batch))
    for batch in range(relations // BATCH // 10):
        connection.execute(batch_of_closed_tables(batch))
    connection.execute("VACUUM ANALYZE")


def batch_of_relations(batch):
    schema, columns = f"s{batch % SCHEMAS}", ", ".join(f"c{number} int" for number in range(COLUMNS))
    statements = ["BEGIN", f"SET LOCAL ROLE bench_owner_{batch % OWNERS}"]
    for number in range(BATCH):
        name = f"{schema}.relation_{batch * BATCH + number}"
        if number == 0:
            statements.append(f"CREATE TABLE {name} ({columns}) PARTITION BY RANGE (c0)")
        elif number < 10:
            parent = f"{schema}.relation_{batch * BATCH}"
            statements.append(f"CREATE TABLE {name} PARTITION OF {parent} FOR VALUES FROM ({number}) TO ({number + 1})")
        else:
            statements.append(f"CREATE TABLE {name} ({columns})")
        if number % 20 == 3:
            statements.append(f"GRANT SELECT (c1, c2), UPDATE (c1) ON {name} TO bench_department")
        elif batch % OWNERS not in (3, 7) or number % 2:
            statements.append(GRANTS[number % len(GRANTS)].format(name))
        if number % 20 == 5:
            statements.append(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
            statements.append(f"CREATE POLICY rows_of_some ON {name} USING (c1 > 0 OR c2 = c3)")
    return "; ".join([*statements, "COMMIT"])


def batch_of_closed_tables(batch):
    columns = ", ".join(f"c{number} int" for number in range(COLUMNS))
    tables = [f"CREATE TABLE closed.relation_{batch * BATCH + number} ({columns})" for number in range(BATCH)]
    return "; ".join(["BEGIN; SET LOCAL ROLE bench_owner_0", *tables, "COMMIT"])


def widen(connection):
    """Gives every relation fifty more grantees, readers and writers by turns. The ACLs are written as such: fifty GRANTs for each table would take
    an hour, most of it for the dependencies on roles, which no reader of privileges looks at."""
    connection.execute(f"""
        UPDATE pg_class c SET relacl = coalesce(c.relacl, acldefault('r', c.relowner)) || ARRAY(
          SELECT format('bench_group_%s=%s/%s', (c.oid::bigint * 7 + n * 19) % {ALL_GROUPS},
                        CASE WHEN n % 2 = 0 THEN 'r' ELSE 'arwd' END, pg_get_userbyid(c.relowner))::aclitem
          FROM generate_series(0, {WIDE - 1}) n)
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace::regnamespace::text LIKE 's%'""")
    connection.execute("VACUUM FULL pg_class")
    connection.execute("VACUUM ANALYZE pg_class")
