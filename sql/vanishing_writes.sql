-- A write that rules make nothing of: the server drops it, and asks for no permission on whatever it would have met.
\set ECHO none
\i sql/include/try.psql
\i tests/server/catalogs/vanishing_writes.sql
\set ECHO all

SELECT table_name, can_write, blocked_by FROM conncheck_permissions('er_vanish_user', 'vw');
SELECT table_name, blocked_by FROM conncheck_permissions('er_vanish_reader', 'vw') WHERE can_write;
SELECT * FROM tried.compare('{er_vanish_user,er_vanish_reader,er_vanish_owner}', 'vw');
GRANT INSERT ON vw.log TO er_vanish_owner;
GRANT ALL ON vw.something_also TO er_vanish_owner;
SELECT * FROM tried.compare('{er_vanish_user,er_vanish_reader,er_vanish_owner}', 'vw');

-- without the schema there is nothing to be named
REVOKE USAGE ON SCHEMA vw FROM PUBLIC;
SELECT count(*) FROM conncheck_permissions('er_vanish_user', 'vw') WHERE can_write;

DROP SCHEMA vw CASCADE;
DROP ROLE er_vanish_owner, er_vanish_user, er_vanish_reader;
\set ECHO none
\i sql/include/try_done.psql
