-- Patterns: * and ? are wildcards, everything else is literal, upper and lower case differ.
SET client_min_messages = warning;
CREATE EXTENSION conncheck;
CREATE SCHEMA cc_one;
CREATE SCHEMA "cc_Two";
CREATE TABLE cc_one.orders (id int);
CREATE TABLE cc_one.orders_2024 (id int);
CREATE TABLE cc_one."Orders" (id int);
CREATE TABLE cc_one."or.ders" (id int);
CREATE TABLE cc_one."100%" (id int);
CREATE TABLE cc_one."a_b" (id int);
CREATE TABLE cc_one."aXb" (id int);
CREATE TABLE cc_one."star*" (id int);
CREATE TABLE cc_one."quote""d" (id int);
CREATE TABLE "cc_Two".orders (id int);
CREATE FUNCTION pg_temp.matching(s text, t text) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(schema_name || '/' || table_name, ', ')
  FROM conncheck_permissions(schema_pattern => s, table_pattern => t)
$$;

SELECT s, t, pg_temp.matching(s, t)
FROM (VALUES ('cc_one', 'orders'), ('cc_*', 'orders'), (NULL, 'orders'), ('cc_one', 'orders*'),
             ('cc_one', '*rders'), ('cc_one', '?rders'), ('cc_one', 'ORDERS'), ('cc_one', 'or.ders'),
             ('cc_one', 'a_b'), ('cc_one', 'a?b'), ('cc_one', '100%'), ('cc_one', '%'),
             ('cc_one', '*_*4'), ('cc_one', '*_*5'), ('cc_one', 'star*'), ('cc_one', '"orders"'),
             ('cc_one', 'quote"d'), ('cc_one', ''), ('cc_one', '[a-z]*'), ('cc_one', '?'),
             ('cc_one', '??????'), ('cc_two', '*'), ('cc_T*', '*'), ('nowhere', '*'),
             ('nowhere', 'orders'), ('cc_one', repeat('x', 70)), ('*', 'orders')) v (s, t);
SELECT count(*) FROM conncheck_permissions(schema_pattern => 'cc_one');

-- ordered by schema and name in C collation
SELECT schema_name, table_name FROM conncheck_permissions(schema_pattern => 'cc_*');

DROP SCHEMA cc_one, "cc_Two" CASCADE;
DROP EXTENSION conncheck;
