#include "extension/functions/written_path.hpp"

#include <set>

namespace conncheck::functions {
namespace {

using Columns = std::set<int>;
using Place = rules::ExpressionPlace;

bool is_default(const server::StoredExpression& stored) {
  return stored.expression.place == Place::column_default ||
         stored.expression.place == Place::domain_default;
}

Columns columns_beneath(const rules::UpdatableView& view, const Columns& columns) {
  Columns beneath;
  for (const rules::UpdatableView::ColumnPair& pair : view.columns) {
    if (columns.contains(pair.of_view)) {
      beneath.insert(pair.of_base);
    }
  }
  return beneath;
}

/// Follows one write down from relation to relation.
class Descent {
 public:
  Descent(rules::RelationSource& source, rules::Write write) : source_(source), write_(write) {}

  WrittenPath from(rules::RelationId relation);

 private:
  void evaluate(rules::RelationId relation, bool passes_on);

  rules::RelationSource& source_;
  rules::Write write_;
  Columns given_;  ///< a default further out has given these a value
  std::vector<server::StoredExpression> called_;
};

/// Triggers of a view that passes the write on are not fired.
void Descent::evaluate(rules::RelationId relation, bool passes_on) {
  Columns given = given_;
  for (server::StoredExpression& stored : server::read_written_expressions(relation)) {
    if (is_default(stored)) {
      given.insert(stored.column);
    }
    const bool counts = is_default(stored) ? !given_.contains(stored.column) : !passes_on;
    if (counts && rules::may_be_evaluated_by(write_, stored.expression)) {
      called_.push_back(std::move(stored));
    }
  }
  given_ = std::move(given);
}

WrittenPath Descent::from(rules::RelationId relation) {
  for (std::set<rules::RelationId> passed; passed.insert(relation).second;) {
    const rules::Rewrites* const target = source_.rewrites(relation);
    if (target == nullptr || target->on(write_).instead_rule) {
      break;
    }
    const bool is_view = target->kind == rules::RelationKind::view;
    const bool by_trigger = is_view && target->on(write_).instead_trigger;
    evaluate(relation, is_view && !by_trigger);
    if (!is_view || by_trigger) {
      return {std::move(called_), by_trigger ? std::nullopt : std::optional(relation)};
    }
    if (!target->passes_on(write_)) {
      break;
    }
    given_ = columns_beneath(*target->updatable, given_);
    relation = target->updatable->base;
  }
  return {};
}

}  // namespace

WrittenPath written_path(rules::RelationSource& source, rules::RelationId relation,
                         rules::Write write) {
  return Descent(source, write).from(relation);
}

}  // namespace conncheck::functions
