\echo Use "CREATE EXTENSION conncheck" to load this file. \quit

CREATE FUNCTION conncheck_permissions(
    role name DEFAULT current_user,
    schema_pattern text DEFAULT NULL,
    table_pattern text DEFAULT NULL,
    include_system boolean DEFAULT false,
    include_invisible boolean DEFAULT false,
    OUT role_name name,
    OUT schema_name name,
    OUT table_name name,
    OUT kind text,
    OUT can_read boolean,
    OUT can_write boolean,
    OUT can_truncate boolean,
    OUT privileges text[],
    OUT grantable text[],
    OUT column_privileges jsonb,
    OUT owner name,
    OUT row_security text,
    OUT blocked_by text[])
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'conncheck_permissions'
LANGUAGE C STABLE PARALLEL SAFE COST 10000 ROWS 1000;

COMMENT ON FUNCTION conncheck_permissions(name, text, text, boolean, boolean) IS
'What a role holds on each relation that it can see, and whether it can read, write and truncate it';

CREATE FUNCTION conncheck_schemas(
    role name DEFAULT current_user,
    include_system boolean DEFAULT false,
    OUT role_name name,
    OUT schema_name name,
    OUT owner name,
    OUT can_use boolean,
    OUT can_create boolean,
    OUT tables bigint,
    OUT readable bigint,
    OUT writable bigint,
    OUT truncatable bigint)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'conncheck_schemas'
LANGUAGE C STABLE PARALLEL SAFE COST 10000 ROWS 20;

COMMENT ON FUNCTION conncheck_schemas(name, boolean) IS
'The schemas that a role can use or holds something in, with counts of the relations that it can see there';

CREATE FUNCTION conncheck_session(
    OUT role_name name,
    OUT session_user_name name,
    OUT database_name name,
    OUT server_version text,
    OUT server_version_num integer,
    OUT extension_version text,
    OUT is_superuser boolean,
    OUT bypass_rls boolean,
    OUT can_create_schema boolean,
    OUT can_create_temp boolean,
    OUT in_recovery boolean,
    OUT read_only boolean,
    OUT ssl boolean,
    OUT ssl_version text,
    OUT ssl_cipher text,
    OUT backend_start timestamp with time zone,
    OUT role_valid_until timestamp with time zone,
    OUT connection_limit integer,
    OUT can_set_role text[])
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'conncheck_session'
LANGUAGE C STABLE PARALLEL RESTRICTED COST 100 ROWS 1;

COMMENT ON FUNCTION conncheck_session() IS
'Who this session is, where it is connected and how, and which roles it could become by SET ROLE that have rights it lacks';
