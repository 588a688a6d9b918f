#include "extension/server/row_stream.hpp"

#include "extension/server/version.hpp"

extern "C" {
#include "catalog/objectaccess.h"
#include "executor/executor.h"
#include "nodes/extensible.h"
#include "nodes/supportnodes.h"
#include "optimizer/optimizer.h"
#include "optimizer/pathnode.h"
#include "optimizer/paths.h"
#include "optimizer/plancat.h"
#include "optimizer/planmain.h"
#include "optimizer/restrictinfo.h"
}

// The server calls what stands here directly: up to entry(), frames hold plain data only.

namespace conncheck::server {
namespace {

constexpr const char* plan_name = "conncheck rows";  // EXPLAIN shows it

PGFunction streamed_function = nullptr;
OpenRowStream open_stream = nullptr;
set_rel_pathlist_hook_type previous_hook = nullptr;
Oid supported_function = InvalidOid;  ///< by whose support function the planner came last

// --- planning --------------------------------------------------------------------------------

bool refers_to_whole_row(Node* expression, Index relation) {
  Bitmapset* columns = nullptr;
  pull_varattnos(expression, relation, &columns);
  return bms_is_member(0 - FirstLowInvalidHeapAttributeNumber, columns);
}

/// A stream has columns; a value that holds all of them is the server's own business. It may be
/// wanted further up, by a placeholder that is worked out here, or by a condition.
bool whole_row_is_wanted(RelOptInfo* rel) {
  if ((rel->min_attr <= 0 && rel->attr_needed[0 - rel->min_attr] != nullptr) ||
      refers_to_whole_row((Node*)rel->reltarget->exprs, rel->relid)) {
    return true;
  }
  ListCell* cell = nullptr;
  foreach (cell, rel->baserestrictinfo) {
    if (refers_to_whole_row((Node*)lfirst_node(RestrictInfo, cell)->clause, rel->relid)) {
      return true;
    }
  }
  return false;
}

/// Is it ours, called as it stands? With SECURITY DEFINER or SET the server puts another function
/// in between.
bool is_streamed_function(Oid function) {
  if (function != supported_function) {
    return false;
  }
  FmgrInfo info;
  fmgr_info(function, &info);
  return info.fn_addr == streamed_function;
}

/// nullptr: the entry is no call that can be streamed.
FuncExpr* streamed_call(RelOptInfo* rel, RangeTblEntry* entry) {
  if (entry->rtekind != RTE_FUNCTION || entry->funcordinality ||
      list_length(entry->functions) != 1) {
    return nullptr;
  }
  auto* const call = (FuncExpr*)linitial_node(RangeTblFunction, entry->functions)->funcexpr;
  if (call == nullptr || !IsA(call, FuncExpr) || !is_streamed_function(call->funcid) ||
      whole_row_is_wanted(rel)) {
    return nullptr;
  }
  return call;
}

Plan* plan_stream(PlannerInfo* root, RelOptInfo* rel, CustomPath* path, List* columns,
                  List* clauses, List* children);
Node* make_scan_state(CustomScan* scan);

const CustomPathMethods path_methods = {plan_name, plan_stream, nullptr};
const CustomScanMethods scan_methods = {plan_name, make_scan_state};

Plan* plan_stream(PlannerInfo* root, RelOptInfo* rel, CustomPath* path, List* columns,
                  List* clauses, List* /*children*/) {
  auto* const call = linitial_node(FuncExpr, path->custom_private);
  CustomScan* const scan = makeNode(CustomScan);
  scan->scan.plan.targetlist = columns;
  scan->scan.plan.qual = extract_actual_clauses(clauses, false);
  scan->flags = path->flags;
  scan->custom_exprs = call->args;
  scan->custom_private = list_make2_oid(call->funcid, call->inputcollid);
  scan->custom_scan_tlist = build_physical_tlist(root, rel);
  scan->methods = &scan_methods;
  return &scan->scan.plan;
}

/// In place of the server's only path, at the same estimate.
void offer_stream(PlannerInfo* root, RelOptInfo* rel, Index index, RangeTblEntry* entry) {
  if (previous_hook != nullptr) {
    previous_hook(root, rel, index, entry);
  }
  FuncExpr* const call = streamed_call(rel, entry);
  if (call == nullptr || rel->pathlist == NIL) {
    return;
  }
  const auto* const by_server = (Path*)linitial(rel->pathlist);
  CustomPath* const path = makeNode(CustomPath);
  path->path.pathtype = T_CustomScan;
  path->path.parent = rel;
  path->path.pathtarget = rel->reltarget;
  path->path.param_info = by_server->param_info;
  path->path.parallel_safe = by_server->parallel_safe;
  path->path.rows = by_server->rows;
  path->path.startup_cost = by_server->startup_cost;
  path->path.total_cost = by_server->total_cost;
  path->flags = projecting_custom_path;
  path->custom_private = list_make1(call);
  path->methods = &path_methods;
  // Whoever replaces or drops the function makes plans with a stream invalid.
  record_plan_function_dependency(root, call->funcid);
  rel->pathlist = NIL;
  add_path(rel, &path->path);
}

// --- execution -------------------------------------------------------------------------------

struct StreamState {
  CustomScanState scan;
  List* arguments;  ///< of ExprState
  Oid collation;
  RowStream* stream;
  MemoryContext memory;  ///< of the stream
  MemoryContextCallback at_end;
};

void close_stream(void* state) noexcept {
  auto* const scan = static_cast<StreamState*>(state);
  delete std::exchange(scan->stream, nullptr);
}

StreamState* state_of(CustomScanState* scan) { return reinterpret_cast<StreamState*>(scan); }

void begin(CustomScanState* scan, EState* estate, int /*flags*/) {
  StreamState* const state = state_of(scan);
  const auto* const plan = (CustomScan*)scan->ss.ps.plan;
  const Oid function = linitial_oid(plan->custom_private);
  demand_execute(function);
  InvokeFunctionExecuteHook(function);
  state->arguments = ExecInitExprList(plan->custom_exprs, &scan->ss.ps);
  state->collation = lsecond_oid(plan->custom_private);
  state->at_end.func = close_stream;
  state->at_end.arg = state;
  MemoryContextRegisterResetCallback(estate->es_query_cxt, &state->at_end);
}

/// Leaves the stream's memory current.
void open(StreamState* state) {
  ExprContext* const context = state->scan.ss.ps.ps_ExprContext;
  const int count = list_length(state->arguments);
  auto* const call = (FunctionCallInfo)palloc0(SizeForFunctionCallInfo(count));
  InitFunctionCallInfoData(*call, nullptr, static_cast<short>(count), state->collation, nullptr,
                           nullptr);
  for (int i = 0; i < count; ++i) {
    auto* const argument = (ExprState*)list_nth(state->arguments, i);
    call->args[i].value = ExecEvalExprSwitchContext(argument, context, &call->args[i].isnull);
  }
  state->memory = AllocSetContextCreate(context->ecxt_per_query_memory, "conncheck rows",
                                        ALLOCSET_DEFAULT_SIZES);
  MemoryContextSwitchTo(state->memory);
  entry([state, call] { state->stream = open_stream(call).release(); });
}

TupleTableSlot* next(ScanState* scan) {
  StreamState* const state = state_of(reinterpret_cast<CustomScanState*>(scan));
  TupleTableSlot* const slot = scan->ss_ScanTupleSlot;
  // A row's own values live until the next row is asked for.
  MemoryContext const caller =
      MemoryContextSwitchTo(scan->ps.ps_ExprContext->ecxt_per_tuple_memory);
  if (state->stream == nullptr) {
    open(state);
    MemoryContextSwitchTo(scan->ps.ps_ExprContext->ecxt_per_tuple_memory);
  }
  CHECK_FOR_INTERRUPTS();
  const Row* row = nullptr;
  entry([state, &row] { row = state->stream->next(); });
  MemoryContextSwitchTo(caller);
  ExecClearTuple(slot);
  if (row != nullptr) {
    row->copy_to(slot->tts_values, slot->tts_isnull);
    ExecStoreVirtualTuple(slot);
  }
  return slot;
}

bool recheck(ScanState* /*scan*/, TupleTableSlot* /*slot*/) { return true; }

TupleTableSlot* execute(CustomScanState* scan) { return ExecScan(&scan->ss, next, recheck); }

void end(CustomScanState* scan) { close_stream(state_of(scan)); }

/// Another role may be asked for now.
void rescan(CustomScanState* scan) {
  StreamState* const state = state_of(scan);
  ExecScanReScan(&scan->ss);
  if (state->stream == nullptr) {
    return;
  }
  if (scan->ss.ps.chgParam == nullptr) {
    entry([state] { state->stream->rewind(); });
    return;
  }
  close_stream(state);
  MemoryContextDelete(state->memory);
}

CustomExecMethods make_execution_methods() {
  CustomExecMethods methods = {};
  methods.CustomName = plan_name;
  methods.BeginCustomScan = begin;
  methods.ExecCustomScan = execute;
  methods.EndCustomScan = end;
  methods.ReScanCustomScan = rescan;
  return methods;
}

const CustomExecMethods execution_methods = make_execution_methods();

Node* make_scan_state(CustomScan* /*scan*/) {
  auto* const state = static_cast<StreamState*>(palloc0(sizeof(StreamState)));
  NodeSetTag(state, T_CustomScanState);
  state->scan.methods = &execution_methods;
  return (Node*)state;
}

}  // namespace

void stream_in_from(PGFunction function, OpenRowStream open) {
  streamed_function = function;
  open_stream = open;
  guard([] {
    RegisterCustomScanMethods(&scan_methods);
    previous_hook = set_rel_pathlist_hook;
    set_rel_pathlist_hook = offer_stream;
  });
}

Datum row_stream_support(FunctionCallInfo fcinfo) {
  auto* const request = (Node*)PG_GETARG_POINTER(0);
  if (IsA(request, SupportRequestSimplify)) {
    supported_function = ((SupportRequestSimplify*)request)->fcall->funcid;
  }
  PG_RETURN_POINTER(nullptr);
}

}  // namespace conncheck::server
