"""Wrong rules, each a small replacement in one source file, and by name the tests that must notice it."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Mutation:
    """`old` stands exactly once in `file`. Every test that is named must fail."""

    name: str
    file: str
    old: str
    new: str
    unit: str = ""
    pg_regress: str = ""  # a file of sql/
    extension: str = ""  # tests/server/test_verdicts.py on this catalog of tests/server/catalogs, answered by the extension
    catalog_query: str = ""  # the same, answered by the catalog query

    @property
    def tests(self):
        """{suite: name of its test}"""
        named = {
            "unit": self.unit,
            "pg_regress": self.pg_regress,
            "verdicts of the extension": self.extension,
            "verdicts of the catalog query": self.catalog_query,
        }
        return {suite: test for suite, test in named.items() if test}


ACL = "extension/rules/acl.cpp"
RELATION = "extension/rules/relation.cpp"
REWRITING = "extension/rules/rewriting.cpp"
CATALOG_QUERY = "agent/probe/permissions_query.cpp"
CATALOG_RELATIONS = "agent/probe/permissions_query_relations.cpp"
USABLE = "agent/core/usable_privilege.cpp"
REPORT = "agent/core/report.cpp"

# Mutations of one file stand together: it is then compiled once for each, not twice.
MUTATIONS = (
    # The extension
    Mutation(
        "extension: PUBLIC is dropped",
        ACL,  # a header would have the whole extension compiled, and once more afterwards
        "if (gives_more && role.receives_grants_to(item.grantee)) {",
        "if (gives_more && role.has_privileges_of(item.grantee)) {",
        unit="RelationGrants.PublicGrantReachesEveryone",
        pg_regress="acl",
        extension="every_rule",
    ),
    Mutation(
        "extension: NOINHERIT counts as inherited",
        "extension/server/roles.cpp",
        "has_privs_of_role(member, role)",
        "is_member_of_role(member, role)",
        pg_regress="membership",
        extension="every_rule",
    ),
    Mutation(
        "extension: every view is merged where whole rows are taken",
        "extension/server/stored_rules.cpp",
        "rewrites.is_merged = rewrites.is_merged && !relation.security_barrier;",
        "rewrites.is_merged = true;",
        pg_regress="marked_rows",
        extension="marked_rows",
    ),
    Mutation(
        "extension: EXISTS never becomes a join",
        "extension/server/merged_queries.cpp",
        "return wants_rows_alone(link) && query->cteList == NIL &&",
        "return false && query->cteList == NIL &&",
        pg_regress="marked_rows",
    ),
    Mutation(
        "extension: = ANY never becomes a join",
        "extension/server/merged_queries.cpp",
        "return contain_vars_of_level(link->testexpr, 0) &&",
        "return false &&",
        pg_regress="marked_rows",
    ),
    Mutation(
        "extension: what a policy calls is taken for allowed where there are many tables",
        "extension/server/plain_conditions.cpp",
        "if (!is_plain_function(function)) {",
        "if (function == InvalidOid) {",
        pg_regress="many_policies",
    ),
    Mutation(
        "extension: schema USAGE is ignored",
        RELATION,
        "answer(access.schema_usage && !access.lacks_user_mapping)",
        "answer(!access.lacks_user_mapping)",
        unit="Verdict.WithoutSchemaUsageNothingPasses",
        pg_regress="schemas",
        extension="every_rule",
    ),
    Mutation(
        "extension: DELETE is taken for TRUNCATE",
        RELATION,
        "access.privileges.has(Privilege::truncate)",
        "access.privileges.has(Privilege::delete_)",
        unit="Verdict.TruncateNeedsTruncateAndNotDelete",
        pg_regress="acl",
        extension="every_rule",
    ),
    Mutation(
        "extension: SELECT of one column is taken for all",
        RELATION,
        "access.privileges | access.on_every_column",
        "access.privileges | access.on_some_column",
        unit="Verdict.SomeColumnIsNot",
        pg_regress="columns",
        extension="every_rule",
    ),
    Mutation(
        "extension: INSERT alone is taken for writing",
        RELATION,
        "answer(usable.has(privilege_for(each)))",
        "answer(usable.has(Privilege::insert))",
        unit="Verdict.WriteNeedsAllThree",
        pg_regress="acl",
    ),
    Mutation(
        "extension: the predefined roles are forgotten",
        ACL,
        "held.privileges | of_predefined_roles(role)",
        "held.privileges",
        unit="RelationGrants.PredefinedRolesOneByOne",
        pg_regress="predefined_roles",
        extension="every_rule",
    ),
    Mutation(
        "extension: predefined roles without USAGE on schemas",
        ACL,
        "role.reads_all_data() || role.writes_all_data()",
        "false",
        unit="SchemaGrants.PredefinedRolesHaveUsage",
        pg_regress="predefined_roles",
    ),
    Mutation(
        "extension: a NULL ACL gives the owner nothing",
        ACL,
        "held.privileges = everything;",
        "held.privileges = {};",
        unit="RelationGrants.NullAclMeansEverythingForTheOwner",
        pg_regress="acl",
    ),
    Mutation(
        "extension: what an owner revoked from itself counts",
        ACL,
        "} else if (owns) {",
        "}\n  if (owns) {",
        unit="RelationGrants.EmptyAclMeansNothingForTheOwnerEither",
        pg_regress="acl",
    ),
    Mutation(
        "extension: the grant option is ignored",
        ACL,
        "held.grantable | item.grant_options",
        "held.grantable",
        unit="RelationGrants.GrantOptions",
        pg_regress="acl",
    ),
    Mutation(
        "extension: FORCE ROW LEVEL SECURITY is ignored",
        "extension/server/relations.cpp",
        "form->relforcerowsecurity",
        "false",
        pg_regress="row_security",
    ),
    Mutation(
        "extension: a view is judged without what it reads",
        "extension/rules/rewriting_reads.cpp",
        "result.query = satisfied(view.reading, role);",
        "result.query = {};",
        unit="LackingBeneathTest.EveryTableThatTheOwnerMayNotRead",
        pg_regress="views",
        extension="every_rule",
    ),
    Mutation(
        "extension: functions are executed as the first superuser",
        REWRITING,
        "return source_.may_execute(function, audited_);",
        "return source_.may_execute(function, 10);",
        unit="RewritingReadsTest.FunctionsAreExecutedAsTheReader",
        pg_regress="functions",
    ),
    Mutation(
        "extension: what policies ask is ignored",
        REWRITING,
        "if (added.planned) {",
        "if (false) {",
        unit="RewritingPoliciesTest.PoliciesAskTheReaderOfTheTable",
        pg_regress="policies",
    ),
    Mutation(
        "extension: restrictive policies alone are looked at",
        "extension/rules/policies.cpp",
        "if (permissive.empty()) {",
        "if (false) {",
        unit="Policies.RestrictiveOnesStandOnlyBesidePermissiveOnes",
        pg_regress="policies",
    ),
    Mutation(
        "extension: rules do not read their view for a condition further out",
        "extension/rules/rewriting_writes.cpp",
        "names_rows && !result.endless",
        "false",
        unit="RewritingRulesTest.ARuleReadsItsViewWhereAConditionFurtherOutNamesItsColumns",
        pg_regress="rules_under_conditions",
        extension="rules_under_conditions",
    ),
    Mutation(
        "extension: what passed elsewhere is not checked for leading back",
        REWRITING,
        "return path_.repeat(known->second.expanded) ? known->second.policies : never_ends;",
        "return known->second.policies;",
        unit="RewritingPoliciesTest.APolicyThatReadsATableWithPoliciesOfItsOwnWithinThemNeverEnds",
        pg_regress="policies",
    ),
    Mutation(
        "extension: security_invoker is ignored",
        REWRITING,
        "view.security_invoker ? audited_ : view.owner",
        "view.owner",
        unit="RewritingReadsTest.InvokerViewAsksTheReader",
    ),
    Mutation(
        "extension: INSERT with ON CONFLICT is taken for one without",
        "extension/rules/rewriting_writes.cpp",
        "(event.on_conflict && target->refuses_conflicts())",
        "false",
        unit="RewritingRulesTest.OnConflictIsRefusedWhereRulesAreInTheWay",
        pg_regress="on_conflict",
        extension="on_conflict",
    ),
    Mutation(
        "extension: a rule may give a value to what is generated",
        "extension/rules/rewriting_writes.cpp",
        "const bool takes_none = each.generated || ",
        "const bool takes_none = ",
        unit="RewritingRulesTest.AValueForAColumnThatTakesNoneIsRefused",
        pg_regress="assigned_defaults",
        extension="assigned_defaults",
    ),
    # The catalog query. Who holds what is the server's own answer there: to be wrong takes more than leaving out.
    Mutation(
        "catalog query: whole rows are not taken",
        "agent/probe/permissions_query_rules.cpp",
        "WHERE a.attnum <> 0 AND e.event < 100) x(attnum)",
        "WHERE false) x(attnum)",
        catalog_query="marked_rows",
    ),
    Mutation(
        "catalog query: rules do not read their view for a condition further out",
        "agent/probe/permissions_query_views.cpp",
        "c.conditions_name <> '{}'",
        "false",
        catalog_query="rules_under_conditions",
    ),
    Mutation(
        "catalog query: PUBLIC is dropped",
        CATALOG_RELATIONS,
        "(SELECT k.held, unnest(k.members) AS oid FROM classes k)",
        "(SELECT k.held & ~has_table_privilege(0::oid, k.members[1], 'SELECT')::int AS held, unnest(k.members) AS oid"
        " FROM classes k)",
        catalog_query="every_rule",
    ),
    Mutation(
        "catalog query: NOINHERIT counts as inherited",
        CATALOG_RELATIONS,
        "(SELECT k.held, unnest(k.members) AS oid FROM classes k)",
        "(SELECT k.held | EXISTS (SELECT FROM pg_roles g WHERE has_table_privilege(g.oid, k.members[1], 'SELECT')"
        " AND NOT g.rolsuper AND CASE WHEN me.oid <> 0 THEN pg_has_role(me.oid, g.oid, 'MEMBER') END)::int AS held,"
        " unnest(k.members) AS oid FROM classes k CROSS JOIN me)",
        catalog_query="every_rule",
    ),
    Mutation(
        "catalog query: schema USAGE is ignored",
        CATALOG_RELATIONS,
        "has_schema_privilege(me.oid, n.oid, 'USAGE') AS usage",
        "true AS usage",
        catalog_query="every_rule",
    ),
    Mutation(
        "catalog query: DELETE is taken for TRUNCATE",
        CATALOG_QUERY,
        "j.held & 16 <> 0 AND coalesce(j.truncatable",
        "j.held & 8 <> 0 AND coalesce(j.truncatable",
        catalog_query="every_rule",
    ),
    Mutation(
        "catalog query: the predefined roles are forgotten",
        CATALOG_RELATIONS,
        "(SELECT k.held, unnest(k.members) AS oid FROM classes k)",
        "(SELECT k.held & ~(NOT me.rolsuper AND EXISTS (SELECT FROM pg_roles g WHERE g.rolname = 'pg_read_all_data'"
        " AND CASE WHEN me.oid <> 0 THEN pg_has_role(me.oid, g.oid, 'USAGE') END))::int AS held,"
        " unnest(k.members) AS oid FROM classes k CROSS JOIN me)",
        catalog_query="every_rule",
    ),
    Mutation(
        "catalog query: SELECT of one column is taken for all",
        CATALOG_RELATIONS,
        "FILTER (WHERE g.held & 1 <> 0 AND g.attnum > 0) = n.live",
        "FILTER (WHERE g.held & 1 <> 0 AND g.attnum > 0) > 0",
        catalog_query="every_rule",
    ),
    Mutation(
        "catalog query: a view is judged without what it reads",
        CATALOG_QUERY,
        "AND NOT j.unreadable AND NOT j.uncallable AND NOT j.unmapped AS can_read",
        "AND NOT j.uncallable AND NOT j.unmapped AS can_read",
        catalog_query="every_rule",
    ),
    Mutation(
        "catalog query: FORCE ROW LEVEL SECURITY is ignored",
        CATALOG_QUERY,
        " AND NOT c.relforcerowsecurity THEN 'bypassed'",
        " THEN 'bypassed'",
        catalog_query="every_rule",
    ),
    Mutation(
        "catalog query: what is held counts as grantable",
        CATALOG_RELATIONS,
        'bits_with(" WITH GRANT OPTION", 8, "")',
        'bits_with("", 8, "")',
        catalog_query="every_rule",
    ),
    Mutation(
        "catalog query: INSERT with ON CONFLICT is taken for one without",
        "agent/probe/permissions_query_views.cpp",
        "OR (c.base IS NULL AND c.meets_conflicts)",
        "",
        catalog_query="on_conflict",
    ),
    Mutation(
        "catalog query: a rule may give a value to what is generated",
        "agent/probe/permissions_query_vanishing.cpp",
        "WHERE a.attgenerated <> '' OR (a.attidentity",
        "WHERE (a.attidentity",
        catalog_query="assigned_defaults",
    ),
    # Policy and exit codes
    Mutation(
        "require: what is held but blocked counts as usable",
        USABLE,
        "return relation.can_read;",
        "return relation.privileges.has(Privilege::select);",
        unit="Require.HeldWithoutSchemaUsageNeedsUsageAlone",
    ),
    Mutation(
        "forbid: what is held by column is overlooked",
        USABLE,
        "held.add(privilege);",
        "",
        unit="Forbid.HeldByColumnCounts",
    ),
    Mutation(
        "forbid: what is reached by SET ROLE is overlooked",
        "agent/core/policy_forbid.cpp",
        "append_reachable(subject, *relation, forbidden, holders, findings);",
        "",
        unit="Forbid.ReachableBySetRoleIsAWarning",
    ),
    Mutation(
        "require: a pattern that matches nothing is met",
        "agent/core/policy_require.cpp",
        "append_unmatched(subject, rule, findings);",
        "",
        unit="Require.APatternThatMatchesNothingIsCritical",
    ),
    Mutation(
        "status: findings about audited roles do not count",
        REPORT,
        "worst(status, worst_of(role.findings))",
        "worst(status, Status::ok)",
        unit="Status.OfAReport",
    ),
    Mutation(
        "exit code: critical ends like a warning",
        REPORT,
        "case Status::critical:\n      return 2;",
        "case Status::critical:\n      return 1;",
        unit="Status.ExitCodesAreThoseOfMonitoringPlugins",
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
