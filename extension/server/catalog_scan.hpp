// Reading a system catalog row by row.
#pragma once

#include <initializer_list>

#include "extension/server/guard.hpp"

namespace conncheck::server {

/// A comparison of a column with a value, as index and heap scans take it.
struct ScanCondition {
  AttrNumber column;
  RegProcedure compares;  ///< F_OIDEQ, F_NAMEEQ, …
  Datum value;
  StrategyNumber strategy = BTEqualStrategyNumber;  ///< what `compares` is to a B-tree
};

/// A scan under the catalog snapshot. Locks the catalog only, never a user's relation.
/// It closes itself at its end; left early by an exception, the transaction's abort closes it.
class CatalogScan {
 public:
  /// index: InvalidOid for a sequential scan. One that is restartable does not close itself.
  CatalogScan(Oid catalog, Oid index, std::initializer_list<ScanCondition> conditions,
              bool restartable = false);
  CatalogScan(const CatalogScan&) = delete;
  CatalogScan& operator=(const CatalogScan&) = delete;

  /// Decides inside the guard which rows are worth returning; must hold plain data only.
  using Filter = bool (*)(HeapTuple row);

  /// The next row, valid until the next call; nullptr at the end. Checks for interrupts.
  HeapTuple next(Filter wanted = nullptr);
  /// Looks for another value in the first condition: cheaper than another scan. Restartable index
  /// scans only.
  void restart(Datum value);
  /// Ends a scan before its end, or a restartable one.
  void close();
  [[nodiscard]] TupleDesc descriptor() const { return RelationGetDescr(catalog_); }

 private:
  MemoryContext memory_ = CurrentMemoryContext;  ///< what the scan allocates on its way, too
  Relation catalog_ = nullptr;
  SysScanDesc scan_ = nullptr;
  bool restartable_ = false;
};

/// All columns of a row. Never heap_getattr(): inline in the headers, it may call functions that
/// an older minor release of the server lacks.
template <int columns>
struct DeformedRow {
  Datum values[columns];
  bool nulls[columns];

  void deform(HeapTuple row, TupleDesc descriptor) {
    heap_deform_tuple(row, descriptor, values, nulls);
  }
  [[nodiscard]] bool has(int column) const { return !nulls[column - 1]; }
  [[nodiscard]] Datum operator[](int column) const { return values[column - 1]; }
};

/// Is the column NULL? Of rows that have it: system catalogs never lack a column.
inline bool is_null(HeapTuple row, int column) {
  return HeapTupleHasNulls(row) && att_isnull(column - 1, row->t_data->t_bits);
}

}  // namespace conncheck::server
