// Expressions that the server evaluates when a row is written.
#pragma once

#include <cstdint>
#include <vector>

#include "extension/rules/demands.hpp"
#include "extension/rules/relation.hpp"

namespace conncheck::rules {

/// Where such an expression stands, in the order in which they are told.
enum class ExpressionPlace : std::uint8_t {
  column_default,
  domain_default,
  generated_column,  ///< a stored one; others are computed when they are read
  check_constraint,
  domain_check,
  index_column,
  index_predicate,
  partition_key,
  trigger_condition,
};

struct WrittenExpression {
  ExpressionPlace place{};
  std::vector<FunctionId> functions;  ///< that it calls, by operator or cast, too
  bool of_some_rows = false;          ///< of a partial index; of an index that partitions may lack
  std::vector<Write> fired_by = {};   ///< of a trigger's condition alone
};

/// Is it evaluated by every such write that gives all columns a value and finds a row? The executor
/// prepares it as the role that runs the statement, whoever owns the table, or a view or rule on
/// the way: without EXECUTE on all that it calls, the write fails at its first row with 42501.
///
/// This is what can_write and blocked_by speak of. What a write only may evaluate is left to
/// conncheck_explain: a default, where no value is given; the columns of an index in an UPDATE,
/// which may leave the index alone (HOT).
/// A value is converted to its column's domain, unless it comes from a column of that very domain,
/// a BEFORE trigger may make the row go away, and a default partition without siblings is held
/// against no key: none of this is foreseen.
[[nodiscard]] bool is_always_evaluated_by(Write write, const WrittenExpression& expression);

[[nodiscard]] bool may_be_evaluated_by(Write write, const WrittenExpression& expression);

}  // namespace conncheck::rules
