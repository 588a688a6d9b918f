"""The databases in tests/server/catalogs, loaded for a version of the server."""

import contextlib

from cluster import TOP

CATALOGS = TOP / "tests/server/catalogs"

# What stands on top of another catalog.
BENEATH = {"unread_columns": "view_forms"}

ROLES = """
    SELECT rolname FROM pg_roles
    WHERE rolname LIKE 'er\\_%' OR rolname IN ('er "odd" \\ name', 'PUBLIC') ORDER BY 1
"""


def add_what_this_version_has(database, version):
    """Rules of views and memberships that came after PostgreSQL 13, on top of every_rule."""
    if version >= 14:
        database.sql(
            """
            CREATE ROLE er_reads_all IN ROLE pg_read_all_data;
            CREATE ROLE er_writes_all IN ROLE pg_write_all_data;
            GRANT pg_write_all_data TO er_writes_all_and_more;
            """
        )
    if version >= 17:
        database.sql("CREATE ROLE er_maintains_all IN ROLE pg_maintain")
    if version >= 15:
        database.sql(
            """
            CREATE VIEW open.invoker_view WITH (security_invoker = true) AS SELECT id FROM open.direct_each;
            GRANT ALL ON open.invoker_view TO er_direct, er_group;
            CREATE VIEW open.over_invoker AS SELECT id FROM open.invoker_view;
            GRANT ALL ON open.over_invoker TO er_direct, er_group;
            """
        )
    if version >= 16:
        database.sql(
            """
            CREATE ROLE er_half;
            GRANT er_group TO er_half WITH INHERIT FALSE, SET TRUE;
            CREATE ROLE er_other_half NOINHERIT;
            GRANT er_group TO er_other_half WITH INHERIT TRUE, SET FALSE;
            """
        )
    if version >= 18:
        database.sql(
            """
            CREATE TABLE open.columns_virtual (a int, b int GENERATED ALWAYS AS (a + 1) VIRTUAL);
            GRANT SELECT, INSERT (a), UPDATE (a), DELETE ON open.columns_virtual TO er_columns;
            CREATE TABLE closed.virtual (a int, g int GENERATED ALWAYS AS (a + 1) VIRTUAL);
            CREATE VIEW open.over_virtual AS SELECT a, g FROM closed.virtual;
            CREATE VIEW open.over_virtual_denied AS SELECT a, g + 0 AS g FROM closed.virtual;
            GRANT SELECT (a), INSERT (a), UPDATE (a), DELETE ON closed.virtual TO er_stranger;
            ALTER VIEW open.over_virtual_denied OWNER TO er_stranger;
            GRANT ALL ON open.over_virtual, open.over_virtual_denied TO er_direct;
            """
        )


def existing(database, *names):
    """Those of the roles that this version of the server has."""
    return [row[0] for row in database.sql("SELECT rolname FROM pg_roles WHERE rolname = ANY (%s)", [list(names)])]


@contextlib.contextmanager
def loaded(cluster, name):
    """A new database with that catalog and the extension: (database, names of its roles). Both go at the end."""
    database = cluster.create_database()
    for each in filter(None, (BENEATH.get(name), name)):
        database.sql((CATALOGS / f"{each}.sql").read_text())
        for since in (15, 18):
            later = CATALOGS / f"{each}.from_{since}.sql"
            if cluster.version >= since and later.exists():
                database.sql(later.read_text())
    if name == "every_rule":
        add_what_this_version_has(database, cluster.version)
    database.create_extension()
    roles = [row[0] for row in database.sql(ROLES)]
    yield database, roles
    cluster.drop_database(database)
    with cluster.connect() as connection:
        for role in roles:
            quoted = '"' + role.replace('"', '""') + '"'
            connection.execute(f"DROP ROLE {quoted}")
