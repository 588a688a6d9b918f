\echo Use "ALTER EXTENSION conncheck UPDATE TO '0.2.0'" to load this file. \quit

CREATE FUNCTION conncheck_objects(
    role name DEFAULT current_user,
    object_types text[] DEFAULT NULL,
    include_system boolean DEFAULT false,
    OUT role_name name,
    OUT object_type text,
    OUT schema_name name,
    OUT object_name text,
    OUT identity text,
    OUT owner name,
    OUT privileges text[],
    OUT grantable text[],
    OUT usable boolean)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'conncheck_objects'
LANGUAGE C STABLE PARALLEL SAFE COST 10000 ROWS 1000;

COMMENT ON FUNCTION conncheck_objects(name, text[], boolean) IS
'Every object of the database on which a role effectively holds a privilege, of every type that GRANT knows. Left out as the system''s, unless asked for: what lies in a system schema, and what initdb made outside of schemas but databases, roles and the schema public';
