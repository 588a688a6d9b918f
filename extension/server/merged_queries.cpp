#include "extension/server/merged_queries.hpp"

#include "extension/server/called_functions.hpp"

namespace conncheck::server {
namespace {

bool is_immutable(Oid function, void* /*context*/) {
  return func_volatile(function) == PROVOLATILE_IMMUTABLE;
}

/// In the place of what comes from a subquery or a view stands an expression, once that is merged.
bool stands_for_expression(const Node* node, const Query* query) {
  if (!IsA(node, Var) || ((const Var*)node)->varlevelsup != 0) {
    return false;
  }
  const RangeTblEntry* const entry = rt_fetch(((const Var*)node)->varno, query->rtable);
  return entry->rtekind == RTE_SUBQUERY || entry->rtekind == RTE_JOIN ||
         entry->relkind == RELKIND_VIEW;
}

/// `context` is the query around it.
bool calls_early(Node* node, void* context) {
  if (node == nullptr) {
    return false;
  }
  check_stack_depth();
  if (stands_for_expression(node, (const Query*)context)) {
    return true;
  }
  return (check_functions_in_node(node, is_immutable, nullptr) && !contain_var_clause(node)) ||
         walk_expression(node, calls_early, context);
}

}  // namespace

bool is_merged(Query* query) {
  return query->commandType == CMD_SELECT && query->setOperations == nullptr && !query->hasAggs &&
         !query->hasWindowFuncs && !query->hasTargetSRFs && !query->hasForUpdate &&
         query->groupClause == NIL && query->groupingSets == NIL && query->havingQual == nullptr &&
         query->sortClause == NIL && query->distinctClause == NIL &&
         query->limitOffset == nullptr && query->limitCount == nullptr && query->cteList == NIL &&
         !has_to_run((Node*)query->targetList, nullptr);
}

bool wants_rows_alone(const SubLink* link) {
  const auto* const query = (const Query*)link->subselect;
  return link->subLinkType == EXISTS_SUBLINK && !query->hasAggs && !query->hasWindowFuncs &&
         !query->hasTargetSRFs && query->setOperations == nullptr && query->groupingSets == NIL &&
         query->havingQual == nullptr && query->limitOffset == nullptr && query->rowMarks == NIL;
}

bool becomes_join(const SubLink* link) {
  auto* const query = (Query*)link->subselect;
  if (link->subLinkType == ANY_SUBLINK) {
    return contain_vars_of_level(link->testexpr, 0) &&
           (correlated_any_joins || !contain_vars_of_level((Node*)query, 1));
  }
  return wants_rows_alone(link) && query->cteList == NIL &&
         contain_vars_of_level(query->jointree->quals, 1);
}

bool may_be_evaluated_early(Node* node, Query* query) { return calls_early(node, query); }

}  // namespace conncheck::server
