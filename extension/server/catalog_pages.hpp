// Reading a system catalog front to back, a page at a time.
#pragma once

#include <array>
#include <span>

#include "extension/server/guard.hpp"

extern "C" {
#include "storage/bufmgr.h"
#include "utils/snapshot.h"
}

namespace conncheck::server {

/// The rows of a catalog that are wanted, under the catalog snapshot. For catalogs of which few
/// rows matter: whether a row is wanted is asked before whether it is visible, and the guard is
/// entered once for each page. Otherwise as CatalogScan: locks the catalog only, closes itself at
/// its end, and left early by an exception, the transaction's abort closes it.
class CatalogPages {
 public:
  /// Is asked inside the guard, while the page is locked, about rows that may not be visible: must
  /// look at the row and at nothing else.
  using Filter = bool (*)(HeapTuple row);

  /// Rows of up to `dismissed_length` bytes are not wanted, and not even looked at: a page's line
  /// pointers tell the length of each row, and stand together.
  CatalogPages(Oid catalog, Filter wanted, std::size_t dismissed_length = 0);
  CatalogPages(const CatalogPages&) = delete;
  CatalogPages& operator=(const CatalogPages&) = delete;

  /// The wanted rows of the next page that has any, valid until the next call; none at the end.
  /// Checks for interrupts at every page.
  std::span<HeapTupleData> next();
  [[nodiscard]] TupleDesc descriptor() const { return RelationGetDescr(catalog_); }

 private:
  int read_next_page();
  int collect_rows();
  void close();

  Filter wanted_;
  std::size_t dismissed_length_;
  Relation catalog_ = nullptr;
  Snapshot snapshot_ = nullptr;
  BufferAccessStrategy strategy_ = nullptr;
  BlockNumber pages_ = 0;
  BlockNumber next_page_ = 0;
  Buffer buffer_ = InvalidBuffer;
  std::array<HeapTupleData, MaxHeapTuplesPerPage> rows_;
};

}  // namespace conncheck::server
