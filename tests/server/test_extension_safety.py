"""The extension inside a backend: no leak, no wait, no crash, whatever happens around it."""

import os
import pathlib
import subprocess
import threading

import psycopg
import pytest
from psycopg import errors

CALLS = [
    "SELECT count(*) FROM conncheck_permissions(include_invisible => true, include_system => true)",
    "SELECT count(*) FROM conncheck_schemas(include_system => true)",
    "SELECT count(*) FROM conncheck_session()",
    "SELECT count(*) FROM conncheck_objects()",
    "SELECT count(*) FROM conncheck_objects('pg_monitor', include_system => true)",
    "SELECT count(*) FROM conncheck_explain('pg_catalog.pg_class', 'SELECT', 'pg_monitor')",
]


@pytest.fixture
def installed(database):
    database.create_extension()
    return database


def create_tables(database, count):
    database.sql(
        f"""
        DO $$ BEGIN
          FOR i IN 1..{count} LOOP
            EXECUTE format('CREATE TABLE t%s (a int, b int); GRANT SELECT (a) ON t%s TO pg_monitor', i, i);
            IF i % 500 = 0 THEN COMMIT; END IF;  -- each transaction has room for so many locks
          END LOOP;
        END $$
        """
    )


def resident_kilobytes(pid):
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))


def test_caught_errors_leave_nothing_behind(installed):
    loop = """
        DO $$ BEGIN
          FOR i IN 1..2000 LOOP
            BEGIN
              PERFORM * FROM conncheck_permissions('no such role');
              RAISE EXCEPTION 'no error';
            EXCEPTION WHEN undefined_object THEN NULL;
            END;
          END LOOP;
        END $$
    """
    with installed.connect() as connection:
        connection.execute(loop)
        before = resident_kilobytes(connection.info.backend_pid)
        for _ in range(4):
            connection.execute(loop)
        assert resident_kilobytes(connection.info.backend_pid) - before < 1024


def test_calls_leave_nothing_behind(installed):
    with installed.connect() as connection:
        def call(times):
            for _ in range(times):
                for statement in CALLS:
                    connection.execute(statement)

        call(20)
        before = resident_kilobytes(connection.info.backend_pid)
        call(100)
        assert resident_kilobytes(connection.info.backend_pid) - before < 1024


def test_statement_timeout_ends_a_call_and_the_session_goes_on(installed):
    create_tables(installed, 5000)
    with installed.connect() as connection:
        ended = 0
        for milliseconds in range(1, 12):
            connection.execute(f"SET statement_timeout = {milliseconds}")
            try:
                connection.execute(CALLS[0])
            except errors.QueryCanceled:
                ended += 1
        assert ended > 0
        connection.execute("SET statement_timeout = 0")
        assert connection.execute(CALLS[0]).fetchone()[0] > 5000


def test_no_memory_is_an_error_not_a_crash(installed):
    """An address space too small for the report: whichever allocator fails, the client gets 53200."""
    create_tables(installed, 3000)
    failures = 0
    for headroom in (100, 300, 600, 1000, 2000, 3000):
        with installed.connect() as connection:
            connection.execute("SELECT conncheck_session()")  # loads the library
            limit_address_space(connection.info.backend_pid, headroom)
            try:
                connection.execute("SELECT count(*) FROM conncheck_permissions('pg_monitor')")
            except errors.OutOfMemory:
                failures += 1
            assert connection.execute("SELECT 1").fetchone() == (1,)
    assert failures > 0


def limit_address_space(pid, kilobytes):
    """Limits the backend to what it has and a little more; as its own user, which alone may do that."""
    with open(f"/proc/{pid}/statm") as file:
        pages = int(file.read().split()[0])
    limit = pages * os.sysconf("SC_PAGESIZE") + kilobytes * 1024
    owner = pathlib.Path(f"/proc/{pid}").stat()  # by number: a server in a chroot has names of its own
    as_owner = ["setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
    as_owner = as_owner if os.geteuid() == 0 else []
    subprocess.run([*as_owner, "prlimit", f"--pid={pid}", f"--as={limit}:"], check=True)


def test_no_call_waits_for_a_relations_lock(installed):
    installed.sql(
        "CREATE TABLE held (a int); CREATE VIEW over_held AS SELECT * FROM held; CREATE VIEW over_over AS"
        " SELECT * FROM over_held; ALTER TABLE held ENABLE ROW LEVEL SECURITY"
    )
    with installed.connect() as holder, installed.connect() as caller:
        before = [caller.execute(statement).fetchall() for statement in CALLS]
        caller.execute("SET statement_timeout = '20s'")
        with holder.transaction():
            holder.execute("LOCK held, over_held, over_over IN ACCESS EXCLUSIVE MODE")
            assert [caller.execute(statement).fetchall() for statement in CALLS] == before


def test_concurrent_changes_never_make_an_error(installed):
    """Tables, schemas, roles and grants come and go in two sessions while others call every function."""
    stop = threading.Event()
    faults = []

    def change(number):
        with installed.connect() as connection:
            for i in range(150):
                name = f"change_{number}_{i % 3}"
                connection.execute(
                    f"CREATE ROLE {name}; CREATE SCHEMA {name}; CREATE TABLE {name}.t (a int, b int);"
                    f"CREATE VIEW {name}.v AS SELECT a FROM {name}.t; GRANT ALL ON ALL TABLES IN SCHEMA {name} TO {name};"
                    f"GRANT SELECT (b) ON {name}.t TO PUBLIC; ALTER TABLE {name}.t OWNER TO {name};"
                    f"CREATE TYPE {name}.e AS ENUM (); CREATE FUNCTION {name}.f({name}.e) RETURNS int LANGUAGE sql"
                    f" AS 'SELECT 1'; CREATE SEQUENCE {name}.s; SELECT lo_create({4000 + number});"
                    f"ALTER DEFAULT PRIVILEGES IN SCHEMA {name} GRANT SELECT ON TABLES TO {name}"
                )
                connection.execute(
                    f"SELECT lo_unlink({4000 + number}); ALTER TABLE {name}.t DROP COLUMN b;"
                    f"DROP SCHEMA {name} CASCADE; DROP OWNED BY {name}; DROP ROLE {name}"
                )

    def guarded(work, *arguments):
        try:
            work(*arguments)
        except psycopg.Error as error:
            faults.append(error)

    def call():
        with installed.connect() as connection:
            while not stop.is_set():
                for statement in CALLS:
                    connection.execute(statement)

    changers = [threading.Thread(target=guarded, args=(change, number)) for number in range(2)]
    callers = [threading.Thread(target=guarded, args=(call,)) for _ in range(2)]
    for thread in changers + callers:
        thread.start()
    for thread in changers:
        thread.join()
    stop.set()
    for thread in callers:
        thread.join()
    assert faults == []
