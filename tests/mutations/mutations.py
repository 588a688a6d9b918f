"""Wrong rules, each a small replacement in one source file, and the suites of which each must notice it."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Mutation:
    """`old` stands exactly once in `file`. Every one of `suites` must have a test that fails."""

    name: str
    file: str
    old: str
    new: str
    suites: tuple


ACL = "extension/rules/acl.cpp"
RELATION = "extension/rules/relation.cpp"
REWRITING = "extension/rules/rewriting.cpp"
CATALOG_QUERY = "agent/probe/permissions_query.cpp"
CATALOG_RELATIONS = "agent/probe/permissions_query_relations.cpp"
USABLE = "agent/core/usable_privilege.cpp"
REPORT = "agent/core/report.cpp"

UNIT = ("unit",)
REGRESS = ("pg_regress",)
UNIT_REGRESS = ("unit", "pg_regress")
ALL_OF_EXTENSION = ("unit", "pg_regress", "verdicts of the extension")
ON_SERVERS = ("pg_regress", "verdicts of the extension")
CATALOG = ("verdicts of the catalog query",)

# Mutations of one file stand together: it is then compiled once for each, not twice.
MUTATIONS = (
    # The extension
    Mutation(
        "extension: PUBLIC is dropped",
        "extension/rules/role.hpp",
        "return grantee == public_role || has_privileges_of(grantee);",
        "return has_privileges_of(grantee);",
        ALL_OF_EXTENSION,
    ),
    Mutation(
        "extension: NOINHERIT counts as inherited",
        "extension/server/roles.cpp",
        "has_privs_of_role(member, role)",
        "is_member_of_role(member, role)",
        ON_SERVERS,
    ),
    Mutation(
        "extension: every view is merged where whole rows are taken",
        "extension/server/stored_rules.cpp",
        "rewrites.is_merged = rewrites.is_merged && !relation.security_barrier;",
        "rewrites.is_merged = true;",
        ON_SERVERS,
    ),
    Mutation(
        "extension: EXISTS never becomes a join",
        "extension/server/merged_queries.cpp",
        "return wants_rows_alone(link) && query->cteList == NIL &&",
        "return false && query->cteList == NIL &&",
        REGRESS,
    ),
    Mutation(
        "extension: what a policy calls is taken for allowed where there are many tables",
        "extension/server/plain_conditions.cpp",
        "if (!is_plain_function(function)) {",
        "if (function == InvalidOid) {",
        REGRESS,
    ),
    Mutation(
        "extension: schema USAGE is ignored",
        RELATION,
        "answer(access.schema_usage && !access.lacks_user_mapping)",
        "answer(!access.lacks_user_mapping)",
        ALL_OF_EXTENSION,
    ),
    Mutation(
        "extension: DELETE is taken for TRUNCATE",
        RELATION,
        "access.privileges.has(Privilege::truncate)",
        "access.privileges.has(Privilege::delete_)",
        ALL_OF_EXTENSION,
    ),
    Mutation(
        "extension: SELECT of one column is taken for all",
        RELATION,
        "access.privileges | access.on_every_column",
        "access.privileges | access.on_some_column",
        ALL_OF_EXTENSION,
    ),
    Mutation(
        "extension: INSERT alone is taken for writing",
        RELATION,
        "answer(usable.has(privilege_for(each)))",
        "answer(usable.has(Privilege::insert))",
        UNIT_REGRESS,
    ),
    Mutation(
        "extension: the predefined roles are forgotten",
        ACL,
        "held.privileges | of_predefined_roles(role)",
        "held.privileges",
        ALL_OF_EXTENSION,
    ),
    Mutation(
        "extension: predefined roles without USAGE on schemas",
        ACL,
        "role.reads_all_data() || role.writes_all_data()",
        "false",
        UNIT_REGRESS,
    ),
    Mutation(
        "extension: a NULL ACL gives the owner nothing",
        ACL,
        "held.privileges = everything;",
        "held.privileges = {};",
        UNIT_REGRESS,
    ),
    Mutation(
        "extension: what an owner revoked from itself counts",
        ACL,
        "} else if (owns) {",
        "}\n  if (owns) {",
        UNIT_REGRESS,
    ),
    Mutation(
        "extension: the grant option is ignored",
        ACL,
        "held.grantable | item.grant_options",
        "held.grantable",
        UNIT_REGRESS,
    ),
    Mutation(
        "extension: FORCE ROW LEVEL SECURITY is ignored",
        "extension/server/relations.cpp",
        "form->relforcerowsecurity",
        "false",
        REGRESS,
    ),
    Mutation(
        "extension: a view is judged without what it reads",
        "extension/rules/rewriting_reads.cpp",
        "result.query = satisfied(view.reading, role);",
        "result.query = {};",
        ALL_OF_EXTENSION,
    ),
    Mutation(
        "extension: functions are executed as the first superuser",
        REWRITING,
        "return source_.may_execute(function, audited_);",
        "return source_.may_execute(function, 10);",
        UNIT_REGRESS,
    ),
    Mutation(
        "extension: what policies ask is ignored",
        REWRITING,
        "if (added.planned) {",
        "if (false) {",
        UNIT_REGRESS,
    ),
    Mutation(
        "extension: restrictive policies alone are looked at",
        "extension/rules/policies.cpp",
        "if (permissive.empty()) {",
        "if (false) {",
        UNIT_REGRESS,
    ),
    Mutation(
        "extension: what passed elsewhere is not checked for leading back",
        REWRITING,
        "return path_.repeat(known->second.expanded) ? known->second.policies : never_ends;",
        "return known->second.policies;",
        UNIT_REGRESS,
    ),
    Mutation(
        "extension: security_invoker is ignored",
        REWRITING,
        "view.security_invoker ? audited_ : view.owner",
        "view.owner",
        UNIT,
    ),
    Mutation(
        "extension: INSERT with ON CONFLICT is taken for one without",
        "extension/rules/rewriting_writes.cpp",
        "(event.on_conflict && target->refuses_conflicts())",
        "false",
        ALL_OF_EXTENSION,
    ),
    Mutation(
        "extension: a rule may give a value to what is generated",
        "extension/rules/rewriting_writes.cpp",
        "const bool takes_none = each.generated || ",
        "const bool takes_none = ",
        ALL_OF_EXTENSION,
    ),
    # The catalog query. Who holds what is the server's own answer there: to be wrong takes more than leaving out.
    Mutation(
        "catalog query: whole rows are not taken",
        "agent/probe/permissions_query_rules.cpp",
        "WHERE a.attnum <> 0 AND e.event < 100) x(attnum)",
        "WHERE false) x(attnum)",
        CATALOG,
    ),
    Mutation(
        "catalog query: PUBLIC is dropped",
        CATALOG_RELATIONS,
        "(SELECT k.held, unnest(k.members) AS oid FROM classes k)",
        "(SELECT k.held & ~has_table_privilege(0::oid, k.members[1], 'SELECT')::int AS held, unnest(k.members) AS oid"
        " FROM classes k)",
        CATALOG,
    ),
    Mutation(
        "catalog query: NOINHERIT counts as inherited",
        CATALOG_RELATIONS,
        "(SELECT k.held, unnest(k.members) AS oid FROM classes k)",
        "(SELECT k.held | EXISTS (SELECT FROM pg_roles g WHERE has_table_privilege(g.oid, k.members[1], 'SELECT')"
        " AND NOT g.rolsuper AND CASE WHEN me.oid <> 0 THEN pg_has_role(me.oid, g.oid, 'MEMBER') END)::int AS held,"
        " unnest(k.members) AS oid FROM classes k CROSS JOIN me)",
        CATALOG,
    ),
    Mutation(
        "catalog query: schema USAGE is ignored",
        CATALOG_RELATIONS,
        "has_schema_privilege(me.oid, n.oid, 'USAGE') AS usage",
        "true AS usage",
        CATALOG,
    ),
    Mutation(
        "catalog query: DELETE is taken for TRUNCATE",
        CATALOG_QUERY,
        "j.held & 16 <> 0 AND coalesce(j.truncatable",
        "j.held & 8 <> 0 AND coalesce(j.truncatable",
        CATALOG,
    ),
    Mutation(
        "catalog query: the predefined roles are forgotten",
        CATALOG_RELATIONS,
        "(SELECT k.held, unnest(k.members) AS oid FROM classes k)",
        "(SELECT k.held & ~(NOT me.rolsuper AND EXISTS (SELECT FROM pg_roles g WHERE g.rolname = 'pg_read_all_data'"
        " AND CASE WHEN me.oid <> 0 THEN pg_has_role(me.oid, g.oid, 'USAGE') END))::int AS held,"
        " unnest(k.members) AS oid FROM classes k CROSS JOIN me)",
        CATALOG,
    ),
    Mutation(
        "catalog query: SELECT of one column is taken for all",
        CATALOG_RELATIONS,
        "FILTER (WHERE g.held & 1 <> 0 AND g.attnum > 0) = n.live",
        "FILTER (WHERE g.held & 1 <> 0 AND g.attnum > 0) > 0",
        CATALOG,
    ),
    Mutation(
        "catalog query: a view is judged without what it reads",
        CATALOG_QUERY,
        "AND NOT j.unreadable AND NOT j.uncallable AND NOT j.unmapped AS can_read",
        "AND NOT j.uncallable AND NOT j.unmapped AS can_read",
        CATALOG,
    ),
    Mutation(
        "catalog query: FORCE ROW LEVEL SECURITY is ignored",
        CATALOG_QUERY,
        " AND NOT c.relforcerowsecurity THEN 'bypassed'",
        " THEN 'bypassed'",
        CATALOG,
    ),
    Mutation(
        "catalog query: what is held counts as grantable",
        CATALOG_RELATIONS,
        'bits_with(" WITH GRANT OPTION", 8, "")',
        'bits_with("", 8, "")',
        CATALOG,
    ),
    Mutation(
        "catalog query: INSERT with ON CONFLICT is taken for one without",
        "agent/probe/permissions_query_views.cpp",
        "OR (c.base IS NULL AND c.meets_conflicts)",
        "",
        CATALOG,
    ),
    Mutation(
        "catalog query: a rule may give a value to what is generated",
        "agent/probe/permissions_query_vanishing.cpp",
        "WHERE a.attgenerated <> '' OR (a.attidentity",
        "WHERE (a.attidentity",
        CATALOG,
    ),
    # Policy and exit codes
    Mutation(
        "require: what is held but blocked counts as usable",
        USABLE,
        "return relation.can_read;",
        "return relation.privileges.has(Privilege::select);",
        UNIT,
    ),
    Mutation(
        "forbid: what is held by column is overlooked",
        USABLE,
        "held.add(privilege);",
        "",
        UNIT,
    ),
    Mutation(
        "forbid: what is reached by SET ROLE is overlooked",
        "agent/core/policy_forbid.cpp",
        "append_reachable(subject, *relation, forbidden, holders, findings);",
        "",
        UNIT,
    ),
    Mutation(
        "require: a pattern that matches nothing is met",
        "agent/core/policy_require.cpp",
        "append_unmatched(subject, rule, findings);",
        "",
        UNIT,
    ),
    Mutation(
        "status: findings about audited roles do not count",
        REPORT,
        "worst(status, worst_of(role.findings))",
        "worst(status, Status::ok)",
        UNIT,
    ),
    Mutation(
        "exit code: critical ends like a warning",
        REPORT,
        "case Status::critical:\n      return 2;",
        "case Status::critical:\n      return 1;",
        UNIT,
    ),
)

# Of these the differential test alone is to notice each, within its default seeds (tests/mutations/run --differential).
DIFFERENTIAL = (
    "extension: PUBLIC is dropped",
    "extension: NOINHERIT counts as inherited",
    "extension: schema USAGE is ignored",
    "extension: DELETE is taken for TRUNCATE",
    "extension: SELECT of one column is taken for all",
    "extension: INSERT alone is taken for writing",
    "extension: the predefined roles are forgotten",
    "extension: what an owner revoked from itself counts",
    "extension: the grant option is ignored",
    "extension: FORCE ROW LEVEL SECURITY is ignored",
    "extension: a view is judged without what it reads",
    "extension: security_invoker is ignored",
    "catalog query: schema USAGE is ignored",
    "catalog query: a view is judged without what it reads",
)
