#include "extension/rules/written_expression.hpp"

#include <algorithm>

namespace conncheck::rules {

bool may_be_evaluated_by(Write write, const WrittenExpression& expression) {
  switch (expression.place) {
    case ExpressionPlace::column_default:
    case ExpressionPlace::domain_default:
      return write == Write::insert;
    case ExpressionPlace::trigger_condition:
      return std::find(expression.fired_by.begin(), expression.fired_by.end(), write) !=
             expression.fired_by.end();
    default:
      return write != Write::delete_;
  }
}

bool is_always_evaluated_by(Write write, const WrittenExpression& expression) {
  if (!may_be_evaluated_by(write, expression) || expression.of_some_rows) {
    return false;
  }
  switch (expression.place) {
    case ExpressionPlace::column_default:
    case ExpressionPlace::domain_default:
      return false;
    case ExpressionPlace::index_column:
    case ExpressionPlace::index_predicate:
      return write == Write::insert;
    default:
      return true;
  }
}

}  // namespace conncheck::rules
