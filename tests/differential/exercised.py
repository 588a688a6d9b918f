"""How often what is hard about permissions occurs in a catalog: a test of what does not occur shows nothing."""

import collections

MEMBERSHIP_OPTIONS_SINCE = 16

ACLS = """
    WITH acls AS (
      SELECT 'relation ' || oid AS object, relowner AS owner, relacl AS acl FROM pg_class WHERE oid >= 16384
      UNION ALL SELECT 'column ' || attrelid || ' ' || attnum, NULL, attacl FROM pg_attribute WHERE attrelid >= 16384
      UNION ALL SELECT 'schema ' || oid, nspowner, nspacl FROM pg_namespace WHERE oid >= 16384
      UNION ALL SELECT 'routine ' || oid, proowner, proacl FROM pg_proc WHERE oid >= 16384
      UNION ALL SELECT 'type ' || oid, typowner, typacl FROM pg_type WHERE oid >= 16384),
    items AS (SELECT object, owner, split_part(object, ' ', 1) AS kind, item.*
              FROM acls, aclexplode(acl) item WHERE acl IS NOT NULL)
    SELECT 'grants on ' || kind || 's', count(*) FROM items GROUP BY kind
    UNION ALL SELECT 'grants to PUBLIC', count(*) FROM items WHERE grantee = 0
    UNION ALL SELECT 'grant options', count(*) FROM items WHERE is_grantable
    UNION ALL SELECT 'grants by others than the owner', count(*) FROM items WHERE owner <> grantor
    UNION ALL SELECT 'grants by several grantors', count(*) FROM
      (SELECT FROM items GROUP BY object, grantee, privilege_type HAVING count(*) > 1) s
    UNION ALL SELECT 'owners without SELECT on their own', count(*) FROM
      (SELECT FROM items WHERE kind = 'relation' GROUP BY object, owner
       HAVING NOT bool_or(grantee = owner AND privilege_type = 'SELECT')) s
    UNION ALL SELECT 'tables with row security', count(*) FROM pg_class WHERE relrowsecurity
    UNION ALL SELECT 'views', count(*) FROM pg_class WHERE relkind = 'v' AND oid >= 16384
    UNION ALL SELECT 'views with security_invoker', count(*) FROM pg_class
      WHERE relkind = 'v' AND reloptions::text ~ 'security_invoker(=true|=on)'
    UNION ALL SELECT 'rules', count(*) FROM pg_rewrite WHERE rulename <> '_RETURN' AND oid >= 16384
"""
MEMBERSHIPS = """
    SELECT m.member, m.roleid, {} FROM pg_auth_members m
    JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = ANY (%s)
"""


def exercised(connection, version, roles):
    """A Counter. As a superuser."""
    counts = collections.Counter(dict(connection.execute(ACLS).fetchall()))
    of_the_grant = version >= MEMBERSHIP_OPTIONS_SINCE
    options = "m.inherit_option, m.set_option" if of_the_grant else "r.rolinherit, true"
    groups = collections.defaultdict(set)
    for member, group, inherits, sets in connection.execute(MEMBERSHIPS.format(options), [roles]).fetchall():
        counts["memberships"] += 1
        counts["memberships without INHERIT"] += not inherits
        counts["memberships without SET"] += not sets
        groups[member].add(group)
    counts["diamonds"] = sum(_diamonds(groups, member) for member in list(groups))
    counts["roles three memberships deep"] = sum(_depth(groups, member) >= 3 for member in list(groups))
    return counts


def _above(groups, member):
    """Every role that it is a member of, through others too."""
    found, open_ones = set(), [member]
    while open_ones:
        for group in groups.get(open_ones.pop(), ()):
            if group not in found:
                found.add(group)
                open_ones.append(group)
    return found


def _diamonds(groups, member):
    """The roles to which two of its memberships lead."""
    reached = collections.Counter()
    for group in groups[member]:
        reached.update(_above(groups, group) | {group})
    return sum(times > 1 for times in reached.values())


def _depth(groups, member):
    return 1 + max((_depth(groups, group) for group in groups.get(member, ())), default=0) if member in groups else 0
