#include "extension/server/named_columns.hpp"

namespace conncheck::server {
namespace {

struct Names {
  int entry;
  Index levels_up;
  Bitmapset* columns;
};

bool note_named(Node* node, void* context) {
  if (node == nullptr) {
    return false;
  }
  check_stack_depth();
  auto* const names = static_cast<Names*>(context);
  if (IsA(node, Query)) {
    ++names->levels_up;
    walk_query((Query*)node, note_named, context, 0);
    --names->levels_up;
    return false;
  }
  if (IsA(node, Var)) {
    const auto* const variable = (const Var*)node;
    if (static_cast<int>(variable->varno) == names->entry &&
        variable->varlevelsup == names->levels_up) {
      names->columns =
          bms_add_member(names->columns, variable->varattno - FirstLowInvalidHeapAttributeNumber);
    }
    return false;
  }
  return walk_expression(node, note_named, context);
}

}  // namespace

Bitmapset* named_columns(Node* expression, int entry) {
  Names names{entry, 0, nullptr};
  note_named(expression, &names);
  return names.columns;
}

}  // namespace conncheck::server
