#include "extension/rules/lacking_beneath.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace conncheck::rules {
namespace {

/// The real relations, on which everybody holds everything, but for one thing. Notes what has been
/// supposed to be held and is not.
class Supposition : public RelationSource {
 public:
  explicit Supposition(RelationSource& real) : real_(real) {}

  const Rewrites* rewrites(RelationId relation) override { return real_.rewrites(relation); }
  const ColumnHoldings& columns(RelationId relation, RoleId role) override {
    return real_.columns(relation, role);
  }
  Answer foreign_table_takes(RelationId relation, Write write) override {
    return real_.foreign_table_takes(relation, write);
  }
  Role& role(RoleId role) override { return real_.role(role); }
  const std::vector<Policy>& policies(RelationId table) override { return real_.policies(table); }
  bool is_too_deep() override { return real_.is_too_deep(); }
  PrivilegeSet held(RelationId relation, RoleId role) override;
  bool lacks_user_mapping(RelationId relation, RoleId role) override;
  bool lacks_user_mapping_beneath(RelationId relation, RoleId role) override;
  bool may_execute(FunctionId function, RoleId role) override;
  const std::vector<FunctionId>& called_by_every(Write write, RelationId relation) override {
    return real_.called_by_every(write, relation);
  }
  const std::vector<FunctionId>& called_by_reading(RelationId table, int column) override {
    return real_.called_by_reading(table, column);
  }

  void except(const Lack& lack) { exception_ = lack; }
  [[nodiscard]] const std::vector<Lack>& supposed() const { return supposed_; }

 private:
  bool suppose(bool really, const Lack& lack);

  RelationSource& real_;
  std::optional<Lack> exception_;
  std::vector<Lack> supposed_;
  std::set<std::pair<RelationId, RoleId>> asked_;
};

/// Only what a stored statement can ask for: each that lacks is looked at by itself, through all
/// that lies beneath.
PrivilegeSet Supposition::held(RelationId relation, RoleId role) {
  constexpr PrivilegeSet all = {Privilege::select, Privilege::insert, Privilege::update,
                                Privilege::delete_};
  if (exception_) {
    const bool concerned =
        exception_->privilege && exception_->relation == relation && exception_->role == role;
    return concerned ? all - PrivilegeSet{*exception_->privilege} : all;
  }
  if (asked_.emplace(relation, role).second) {
    const PrivilegeSet lacking = all - real_.held(relation, role);
    for (const Privilege privilege : relation_privileges) {
      if (lacking.has(privilege)) {
        supposed_.push_back({role, relation, privilege, std::nullopt});
      }
    }
  }
  return all;
}

/// Is it to be taken as held?
bool Supposition::suppose(bool really, const Lack& lack) {
  if (exception_) {
    return lack != *exception_;
  }
  if (!really && std::find(supposed_.begin(), supposed_.end(), lack) == supposed_.end()) {
    supposed_.push_back(lack);
  }
  return true;
}

bool Supposition::lacks_user_mapping(RelationId relation, RoleId role) {
  return !suppose(exception_ || !real_.lacks_user_mapping(relation, role),
                  {role, relation, std::nullopt, std::nullopt});
}

bool Supposition::lacks_user_mapping_beneath(RelationId relation, RoleId role) {
  return !suppose(exception_ || !real_.lacks_user_mapping_beneath(relation, role),
                  {role, relation, std::nullopt, std::nullopt});
}

bool Supposition::may_execute(FunctionId function, RoleId role) {
  return suppose(exception_ || real_.may_execute(function, role),
                 {role, 0, std::nullopt, function});
}

bool fails(RelationSource& source, RoleId audited, RelationId relation, Statement statement) {
  Rewriting rewriting(source, audited);
  if (!statement) {
    return !rewriting.readable_beneath(relation) || !rewriting.may_execute_reading(relation);
  }
  return rewriting.writable_beneath(relation, *statement) == Answer::no ||
         !rewriting.may_execute_writing(relation, *statement);
}

}  // namespace

LackingBeneath lacking_beneath(RelationSource& source, RoleId audited, RelationId relation,
                               Statement statement, const std::function<void()>& between) {
  LackingBeneath result;
  Supposition supposition(source);
  between();
  if (fails(supposition, audited, relation, statement)) {
    result.otherwise = true;
    return result;
  }
  const std::vector<Lack> supposed = supposition.supposed();
  for (const Lack& lack : supposed) {
    between();
    supposition.except(lack);
    if (fails(supposition, audited, relation, statement)) {
      result.lacks.push_back(lack);
    }
  }
  return result;
}

}  // namespace conncheck::rules
