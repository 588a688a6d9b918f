\echo Use "ALTER EXTENSION conncheck UPDATE TO '0.3.0'" to load this file. \quit

CREATE FUNCTION conncheck_permissions_support(internal)
RETURNS internal
AS 'MODULE_PATHNAME', 'conncheck_permissions_support'
LANGUAGE C STABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION conncheck_permissions_support(internal) IS
'For the planner: the rows of conncheck_permissions need not be stored before they are used';

ALTER FUNCTION conncheck_permissions(name, text, text, boolean, boolean)
SUPPORT conncheck_permissions_support;
