// Views and rules: which permission checks a statement brings along underneath, and do they pass.
#pragma once

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "extension/rules/expansion_path.hpp"
#include "extension/rules/permission_check.hpp"
#include "extension/rules/rewrites.hpp"

namespace conncheck::rules {

/// What comes of everything that a statement does beneath the relation that it names.
struct Beneath {
  Answer relations = Answer::yes;  ///< may it be done to them?
  bool functions = true;           ///< may what is called be executed?
  bool endless = false;            ///< views, policies or rules lead back to themselves

  Beneath& operator&=(const Beneath& other);
};

/// Judges what lies beneath relations for one audited role: security_invoker views and policies
/// ask the reader, other views and all rules ask their owner. Schema USAGE does not count there.
class Rewriting {
 public:
  Rewriting(RelationSource& source, RoleId audited) : source_(source), audited_(audited) {}

  /// May everything be read that reading all columns of this relation reads: what a view stands
  /// for, what the policies of a table ask?
  bool readable_beneath(RelationId relation);
  /// May the audited role execute every function that this calls?
  bool may_execute_reading(RelationId relation);
  /// Does the relation take the write: by itself, as an updatable view, by rule or trigger?
  Answer takes(RelationId relation, Write write);
  /// May everything be done that writing to all columns of this relation does in turn?
  Answer writable_beneath(RelationId relation, Write write);
  bool may_execute_writing(RelationId relation, Write write);
  /// Do rules make nothing of the write? The server then drops it, and asks for no permission, not
  /// even on the relation that it names.
  bool vanishes(RelationId relation, Write write);

 private:
  static constexpr Beneath denied = {Answer::no, true, false};
  static constexpr Beneath never_ends = {Answer::no, true, true};

  using Columns = std::optional<std::vector<int>>;  ///< nullopt: all of them
  /// A write, and whether it is part of an INSERT with ON CONFLICT: that is rewritten as a whole.
  struct Event {
    Write write{};
    bool on_conflict = false;

    [[nodiscard]] Write rewritten_as() const { return on_conflict ? Write::insert : write; }
    [[nodiscard]] bool updates_on_conflict() const { return on_conflict && write == Write::update; }
    auto operator<=>(const Event&) const = default;
  };
  class UnderWay;
  struct Writing;
  struct ViewReading {
    Beneath query;  ///< whatever columns are read
    std::vector<std::pair<int, Beneath>> columns;
    std::vector<RelationId> expanded;
  };
  struct TableReading {
    Beneath policies;
    std::vector<RelationId> expanded;
  };

  const Beneath& reading(RelationId relation);
  const Beneath& writing(RelationId relation, Write write);

  RoleId checking_role(const Rewrites& view) const;
  bool takes_value(RelationId relation, int column, Write write);
  bool takes_values(const WriteTarget& target);
  Columns written_beneath(const UpdatableView& view, Event event, const Columns& columns);
  Beneath checked(const PermissionCheck& check, RoleId role);
  Beneath satisfied(const Demands& demands, RoleId role);
  Beneath satisfied_with_writes(const Demands& demands, RoleId role);
  Beneath done_by_rules(RelationId relation, const Rewrites& target, const Writing& writing,
                        RoleId role);
  Beneath read_by_rule(RelationId view, const RuleAction& action, const std::vector<int>& named);
  Beneath written_by_rule(const WriteTarget& target, RoleId role);
  bool vanishes(const RuleAction& action);
  bool vanishes(const WriteTarget& target);
  bool vanishes(RelationId relation, Event event);
  bool makes_nothing(const Rewrites& target, Write write);
  ViewReading view_reading(RelationId view);
  ViewReading read_view(const Rewrites& view);
  bool varies(const Demands& demands);
  bool varies_beneath(RelationId relation);
  template <class Judge>
  Beneath of_read_view(RelationId view, std::unordered_map<RelationId, Beneath>& judged,
                       Judge judge);
  Beneath locking(RelationId view);
  Beneath marking(RelationId view);
  Beneath column_reading(RelationId view, int column);
  Beneath row_security(RelationId table, const TableUse& use, RoleId role);
  TableReading policies_pass(RelationId table, const TableUse& use, RoleId role);
  bool may_execute(const std::vector<FunctionId>& functions);
  bool calls_pass(RelationId relation, Write write);
  Answer takes(RelationId relation, Event event, const Columns& columns);
  Beneath writable(RelationId relation, const Writing& writing, RoleId role);
  Beneath base_writable(RelationId relation, const Rewrites& view, const Writing& writing);

  RelationSource& source_;
  RoleId audited_;
  ExpansionPath path_;
  std::set<std::pair<RelationId, Write>> under_way_;
  // What has been judged. Endless ones only where they were begun: seen from elsewhere, what lies
  // on the way may end.
  std::unordered_map<RelationId, ViewReading> views_;
  std::map<std::tuple<RelationId, RoleId, int, std::uint32_t>, TableReading> tables_;
  std::unordered_map<RelationId, Beneath> readings_;
  std::map<std::pair<RelationId, Write>, Beneath> writings_;
  std::unordered_map<RelationId, Beneath> lockings_;
  std::unordered_map<RelationId, Beneath> markings_;
  std::unordered_map<RelationId, bool> varying_;
  std::map<std::pair<RelationId, Event>, bool> vanishing_;
  using WriteByRule = std::tuple<RelationId, Event, std::vector<int>, bool, std::vector<int>,
                                 std::vector<int>, RoleId>;
  std::map<WriteByRule, Beneath> written_by_rules_;
};

}  // namespace conncheck::rules
