#include "extension/server/catalog_scan.hpp"

extern "C" {
#include "access/relscan.h"
}

namespace conncheck::server {

CatalogScan::CatalogScan(Oid catalog, Oid index, std::initializer_list<ScanCondition> conditions,
                         bool restartable)
    : restartable_(restartable) {
  const ScanCondition* const first = conditions.begin();
  const int count = static_cast<int>(conditions.size());
  guard([=, this] {
    ScanKeyData keys[4];
    Assert(count <= 4);
    for (int i = 0; i < count; ++i) {
      ScanKeyInit(&keys[i], first[i].column, first[i].strategy, first[i].compares, first[i].value);
    }
    catalog_ = table_open(catalog, AccessShareLock);
    scan_ = systable_beginscan(catalog_, index, OidIsValid(index), nullptr, count, keys);
  });
}

HeapTuple CatalogScan::next(Filter wanted) {
  if (scan_ == nullptr) {
    return nullptr;
  }
  HeapTuple const row = guard([=, this] {
    MemoryContext const caller = MemoryContextSwitchTo(memory_);
    HeapTuple found = nullptr;
    do {
      CHECK_FOR_INTERRUPTS();
      found = systable_getnext(scan_);
    } while (HeapTupleIsValid(found) && wanted != nullptr && !wanted(found));
    MemoryContextSwitchTo(caller);
    return found;
  });
  if (row == nullptr && !restartable_) {
    close();
  }
  return row;
}

void CatalogScan::restart(Datum value) {
  guard([value, this] {
    IndexScanDesc const scan = scan_->iscan;
    scan->keyData[0].sk_argument = value;
    index_rescan(scan, scan->keyData, scan->numberOfKeys, nullptr, 0);
  });
}

void CatalogScan::close() {
  if (scan_ == nullptr) {
    return;
  }
  guard([this] {
    systable_endscan(scan_);
    table_close(catalog_, AccessShareLock);
  });
  scan_ = nullptr;
}

}  // namespace conncheck::server
