-- Privileges by column: all of them are as good as the table's, dropped and generated ones aside.
\set ECHO none
\i sql/include/try.psql
\set ECHO all

CREATE ROLE regress_owner;
CREATE ROLE regress_columns;
CREATE SCHEMA cc AUTHORIZATION regress_owner;
GRANT USAGE ON SCHEMA cc TO PUBLIC;
SET ROLE regress_owner;
CREATE TABLE cc.some (id int, email text, secret text);
GRANT SELECT (id, email), UPDATE (email), REFERENCES (id) ON cc.some TO regress_columns;
CREATE TABLE cc.every (id int, email text);
GRANT SELECT (id, email), INSERT (id, email), UPDATE (id, email) ON cc.every TO regress_columns;
GRANT DELETE ON cc.every TO regress_columns;
CREATE TABLE cc.dropped_ungranted (id int, gone text, email text);
GRANT SELECT (id, email) ON cc.dropped_ungranted TO regress_columns;
ALTER TABLE cc.dropped_ungranted DROP COLUMN gone;
CREATE TABLE cc.dropped_granted (id int, gone text);
GRANT SELECT (gone) ON cc.dropped_granted TO regress_columns;
ALTER TABLE cc.dropped_granted DROP COLUMN gone;
CREATE TABLE cc.added_later (id int);
GRANT SELECT (id) ON cc.added_later TO regress_columns;
ALTER TABLE cc.added_later ADD COLUMN email text;
CREATE TABLE cc.generated (id int, twice int GENERATED ALWAYS AS (id * 2) STORED);
GRANT SELECT (id), INSERT (id), UPDATE (id) ON cc.generated TO regress_columns;
GRANT DELETE ON cc.generated TO regress_columns;
-- taking a column away from a grant on the table changes nothing
CREATE TABLE cc.table_wide (id int, email text);
GRANT SELECT ON cc.table_wide TO regress_columns;
REVOKE SELECT (email) ON cc.table_wide FROM regress_columns;
-- and what the table gives is not listed by column
CREATE TABLE cc.both_ways (id int, email text);
GRANT SELECT ON cc.both_ways TO regress_columns;
GRANT SELECT (email), INSERT (email) ON cc.both_ways TO regress_columns;
CREATE TABLE cc.to_public (id int, email text);
GRANT SELECT (email) ON cc.to_public TO PUBLIC;
-- system columns are listed, and are not asked for by "every column"
CREATE TABLE cc.system_columns (id int);
GRANT SELECT (ctid, id) ON cc.system_columns TO regress_columns;
CREATE TABLE cc.only_a_system_column (id int);
GRANT SELECT (tableoid) ON cc.only_a_system_column TO regress_columns;
CREATE TABLE cc.without_columns ();
GRANT SELECT, INSERT, UPDATE, DELETE ON cc.without_columns TO regress_columns;
CREATE TABLE cc.quoted ("Say ""hi""" int, "back\slash" int, "tab	" int, other int);
GRANT SELECT ("Say ""hi""", "back\slash", "tab	") ON cc.quoted TO regress_columns;
-- the owner's own rights by column
CREATE TABLE cc.owner_revoked (id int, email text);
REVOKE ALL ON cc.owner_revoked FROM regress_owner;
GRANT SELECT (id) ON cc.owner_revoked TO regress_owner;
RESET ROLE;

SELECT * FROM tried.rows('regress_columns', 'cc');
SELECT * FROM tried.rows('regress_owner', 'cc', 'owner_revoked');
SELECT table_name, column_privileges FROM conncheck_permissions('public', 'cc');
SELECT * FROM tried.compare('{regress_columns,regress_owner}', 'cc');

-- many relations: their columns are read in one go, with the same result
DO $$
BEGIN
  FOR i IN 1..200 LOOP
    EXECUTE format('CREATE TABLE cc.many_%s (id int, email text)', i);
    EXECUTE format('GRANT SELECT (id%s) ON cc.many_%s TO regress_columns',
                   CASE WHEN i % 2 = 0 THEN ', email' END, i);
  END LOOP;
END $$;
SELECT can_read, column_privileges, count(*)
FROM conncheck_permissions('regress_columns', 'cc', 'many_*') GROUP BY 1, 2 ORDER BY 1;
SELECT * FROM tried.compare('{regress_columns}', 'cc');

DROP SCHEMA cc CASCADE;
DROP ROLE regress_owner, regress_columns;
\set ECHO none
\i sql/include/try_done.psql
