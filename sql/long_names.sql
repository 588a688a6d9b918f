-- Names that are too long are cut as SQL cuts them: between characters, not between bytes.
SET client_encoding = 'UTF8';
SELECT getdatabaseencoding() = 'UTF8' AS utf8 \gset
\if :utf8
\else
\echo 'runs in databases with encoding UTF8'
\quit
\endif
SET client_min_messages = warning;
CREATE EXTENSION conncheck;
CREATE ROLE regress_long_user;
SELECT repeat(U&'\00E9', 40) AS "long" \gset
CREATE SCHEMA :"long";
CREATE TABLE :"long".:"long" (:"long" int);
CREATE FUNCTION :"long".:"long"() RETURNS int LANGUAGE sql AS 'SELECT 1';
SELECT object, octet_length(detail), (SELECT count(*) FROM regexp_matches(fix, 'GRANT .* ON .*')) AS fixes
FROM (VALUES ('table'), ('column'), ('schema')) t (object),
     conncheck_explain(object || ' ' || :'long' ||
                       CASE object WHEN 'table' THEN '.' || :'long' WHEN 'column' THEN '.' || :'long' || '.' || :'long' ELSE '' END,
                       CASE object WHEN 'schema' THEN 'CREATE' ELSE 'SELECT' END, 'regress_long_user')
WHERE source = 'missing';
SELECT held, source FROM conncheck_explain('routine ' || :'long' || '.' || :'long', 'EXECUTE', 'regress_long_user');
DROP SCHEMA :"long" CASCADE;
DROP ROLE regress_long_user;
DROP EXTENSION conncheck;
