#include "extension/rules/grant_paths.hpp"

namespace conncheck::rules {
namespace {

GrantSource source_of(const AclItem& grant, const MembershipPaths& memberships, RoleId owner) {
  if (grant.grantee == public_role) {
    return GrantSource::public_;
  }
  if (grant.grantee == owner) {
    return GrantSource::owner;
  }
  return grant.grantee == memberships.role() ? GrantSource::direct : GrantSource::member;
}

/// PUBLIC's grants need no way.
std::optional<MembershipPath> path_to(const MembershipPaths& memberships, RoleId grantee) {
  return grantee == public_role ? MembershipPath{} : memberships.to(grantee);
}

void add_superusers(const MembershipPaths& memberships, std::span<const RoleId> superusers,
                    std::vector<GrantPath>& result) {
  for (const RoleId superuser : superusers) {
    if (std::optional<MembershipPath> path = memberships.becoming(superuser)) {
      result.push_back({GrantSource::superuser, std::move(*path), superuser, public_role, true});
    }
  }
}

}  // namespace

std::vector<RoleId> predefined_holders(ObjectType type, Privilege privilege,
                                       const PredefinedRoles& predefined) {
  const bool relation = type == ObjectType::table || type == ObjectType::column;
  constexpr PrivilegeSet writes = {Privilege::insert, Privilege::update, Privilege::delete_};
  const bool reads_all =
      (privilege == Privilege::select && (relation || type == ObjectType::sequence)) ||
      (privilege == Privilege::usage && type == ObjectType::schema);
  const bool writes_all = (writes.has(privilege) && relation) ||
                          (privilege == Privilege::update && type == ObjectType::sequence) ||
                          (privilege == Privilege::usage && type == ObjectType::schema);
  std::vector<RoleId> holders;
  if (reads_all) {
    holders.push_back(predefined.read_all_data);
  }
  if (writes_all) {
    holders.push_back(predefined.write_all_data);
  }
  if (privilege == Privilege::maintain && relation) {
    holders.push_back(predefined.maintain);
  }
  std::erase(holders, public_role);  // this version has no such role
  return holders;
}

std::vector<GrantPath> grant_paths(const MembershipPaths& memberships,
                                   const PrivilegeHolders& holders, Privilege privilege) {
  std::vector<GrantPath> result;
  add_superusers(memberships, holders.superusers, result);
  if (holders.superusers_only) {
    return result;
  }
  const bool owns =
      holders.owner != public_role && memberships.inheriting(holders.owner).has_value();
  for (const AclItem& grant : holders.grants) {
    if (!grant.privileges.has(privilege)) {
      continue;
    }
    std::optional<MembershipPath> path = path_to(memberships, grant.grantee);
    if (!path) {
      continue;
    }
    const GrantSource source = source_of(grant, memberships, holders.owner);
    // The owner has all grant options, whatever the ACL says.
    const bool grantable = grant.grant_options.has(privilege) || source == GrantSource::owner ||
                           (owns && !path->requires_set_role());
    result.push_back({source, std::move(*path), grant.grantee, grant.grantor, grantable});
  }
  for (const RoleId role : holders.predefined_roles) {
    if (std::optional<MembershipPath> path = memberships.to(role)) {
      const bool grantable = owns && !path->requires_set_role();
      result.push_back(
          {GrantSource::predefined_role, std::move(*path), role, public_role, grantable});
    }
  }
  return result;
}

}  // namespace conncheck::rules
