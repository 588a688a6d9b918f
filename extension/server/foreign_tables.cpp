#include "extension/server/foreign_tables.hpp"

#include "extension/server/memory.hpp"
#include "extension/server/version.hpp"

namespace conncheck::server {
namespace {

struct Wrapper {
  Oid server = InvalidOid;
  Oid handler = InvalidOid;
  bool is_postgres_fdw = false;
  bool truncatable = true;  ///< by the options that postgres_fdw has for it
};

/// `truncatable` as postgres_fdw reads it from a list of options; `otherwise` if it is not there.
bool truncatable_option(Datum options, bool otherwise) {
  ListCell* cell = nullptr;
  foreach (cell, untransformRelOptions(options)) {
    auto* const option = static_cast<DefElem*>(lfirst(cell));
    if (strcmp(option->defname, "truncatable") == 0) {
      return defGetBoolean(option);
    }
  }
  return otherwise;
}

void read_options(int cache, HeapTuple row, AttrNumber column, bool* truncatable) {
  bool is_null = true;
  const Datum options = SysCacheGetAttr(cache, row, column, &is_null);
  if (!is_null) {
    *truncatable = truncatable_option(options, *truncatable);
  }
}

bool is_postgres_fdw(Oid handler) {
  HeapTuple const row = SearchSysCache1(PROCOID, ObjectIdGetDatum(handler));
  if (!HeapTupleIsValid(row)) {
    return false;
  }
  bool is_null = true;
  const Datum symbol = SysCacheGetAttr(PROCOID, row, Anum_pg_proc_prosrc, &is_null);
  const bool result = !is_null && strcmp(TextDatumGetCString(symbol), "postgres_fdw_handler") == 0;
  ReleaseSysCache(row);
  return result;
}

/// Whatever of it has been dropped meanwhile leaves `handler` empty.
Wrapper find_wrapper(rules::RelationId relation) {
  return guard([relation] {
    Wrapper wrapper;
    HeapTuple const table = SearchSysCache1(FOREIGNTABLEREL, ObjectIdGetDatum(relation));
    if (!HeapTupleIsValid(table)) {
      return wrapper;
    }
    wrapper.server = ((Form_pg_foreign_table)GETSTRUCT(table))->ftserver;
    HeapTuple const server = SearchSysCache1(FOREIGNSERVEROID, ObjectIdGetDatum(wrapper.server));
    if (HeapTupleIsValid(server)) {
      read_options(FOREIGNSERVEROID, server, Anum_pg_foreign_server_srvoptions,
                   &wrapper.truncatable);
      const Oid id = ((Form_pg_foreign_server)GETSTRUCT(server))->srvfdw;
      HeapTuple const row = SearchSysCache1(FOREIGNDATAWRAPPEROID, ObjectIdGetDatum(id));
      if (HeapTupleIsValid(row)) {
        wrapper.handler = ((Form_pg_foreign_data_wrapper)GETSTRUCT(row))->fdwhandler;
        ReleaseSysCache(row);
      }
      ReleaseSysCache(server);
    }
    read_options(FOREIGNTABLEREL, table, Anum_pg_foreign_table_ftoptions, &wrapper.truncatable);
    ReleaseSysCache(table);
    wrapper.is_postgres_fdw = OidIsValid(wrapper.handler) && is_postgres_fdw(wrapper.handler);
    return wrapper;
  });
}

rules::WriteAnswers by_functions(const FdwRoutine* routine) {
  rules::WriteAnswers takes;
  takes[rules::Write::insert] = rules::answer(routine->ExecForeignInsert != nullptr);
  takes[rules::Write::update] = rules::answer(routine->ExecForeignUpdate != nullptr);
  takes[rules::Write::delete_] = rules::answer(routine->ExecForeignDelete != nullptr);
  return takes;
}

rules::WriteAnswers by_relation(const FdwRoutine* routine, rules::RelationId relation) {
  using rules::Answer;
  if (!ConditionalLockRelationOid(relation, AccessShareLock)) {
    return {{Answer::unknown, Answer::unknown, Answer::unknown}};
  }
  rules::WriteAnswers takes = {{Answer::no, Answer::no, Answer::no}};
  ::Relation const table = try_relation_open(relation, NoLock);
  if (table != nullptr) {
    const int commands = routine->IsForeignRelUpdatable(table);
    takes[rules::Write::insert] = rules::answer((commands & (1 << CMD_INSERT)) != 0);
    takes[rules::Write::update] = rules::answer((commands & (1 << CMD_UPDATE)) != 0);
    takes[rules::Write::delete_] = rules::answer((commands & (1 << CMD_DELETE)) != 0);
    relation_close(table, NoLock);
  }
  UnlockRelationOid(relation, AccessShareLock);
  return takes;
}

}  // namespace

ForeignTable read_foreign_table(rules::RelationId relation) {
  using rules::Answer;
  ScratchMemory memory;
  const Wrapper wrapper = find_wrapper(relation);
  ForeignTable result;
  result.server = wrapper.server;
  result.demands_user_mapping = wrapper.is_postgres_fdw;
  result.takes = {{Answer::no, Answer::no, Answer::no}};
  if (!OidIsValid(wrapper.handler)) {
    return result;
  }
  struct Abilities {
    bool truncate;
    rules::WriteAnswers takes;
  };
  const Abilities abilities = guard([&wrapper, relation] {
    const FdwRoutine* const routine = GetFdwRoutine(wrapper.handler);
    return Abilities{implements_truncate(routine), routine->IsForeignRelUpdatable != nullptr
                                                       ? by_relation(routine, relation)
                                                       : by_functions(routine)};
  });
  result.takes = abilities.takes;
  result.takes_truncate = abilities.truncate && (!wrapper.is_postgres_fdw || wrapper.truncatable);
  return result;
}

bool has_user_mapping(rules::RoleId role, Oid server) {
  return guard([=] {
    return SearchSysCacheExists2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(role),
                                 ObjectIdGetDatum(server)) ||
           SearchSysCacheExists2(USERMAPPINGUSERSERVER, ObjectIdGetDatum(InvalidOid),
                                 ObjectIdGetDatum(server));
  });
}

}  // namespace conncheck::server
