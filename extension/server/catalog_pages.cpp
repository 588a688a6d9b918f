#include "extension/server/catalog_pages.hpp"

extern "C" {
#include "access/heapam.h"
#include "storage/bufpage.h"
#include "utils/snapmgr.h"
}

namespace conncheck::server {
namespace {

/// Of a row that is wanted all is read soon, ACL and all, and the rows of a page lie in an order
/// that the processor does not foresee.
void prefetch(const HeapTupleData& row) {
  constexpr std::uint32_t cache_line = 64;
  for (std::uint32_t offset = cache_line; offset < row.t_len; offset += cache_line) {
    __builtin_prefetch((const char*)row.t_data + offset);
  }
}

}  // namespace

CatalogPages::CatalogPages(Oid catalog, Filter wanted, std::size_t dismissed_length)
    : wanted_(wanted), dismissed_length_(dismissed_length) {
  guard([catalog, this] {
    catalog_ = table_open(catalog, AccessShareLock);
    // The snapshot first: pages that are added afterwards have nothing that it can see.
    snapshot_ = RegisterSnapshot(GetCatalogSnapshot(catalog));
    pages_ = RelationGetNumberOfBlocks(catalog_);
    // As the server's own scans: a big catalog does not push everything else out of the buffers.
    if (pages_ > static_cast<BlockNumber>(NBuffers) / 4) {
      strategy_ = GetAccessStrategy(BAS_BULKREAD);
    }
  });
}

std::span<HeapTupleData> CatalogPages::next() {
  int count = 0;
  while (count == 0 && next_page_ < pages_) {
    count = guard([this] { return read_next_page(); });
  }
  if (count == 0) {
    close();
  }
  return {rows_.data(), static_cast<std::size_t>(count)};
}

/// The page stays pinned, without lock, until the next one: rows that the snapshot sees do not move
/// or go away meanwhile.
int CatalogPages::read_next_page() {
  CHECK_FOR_INTERRUPTS();
  if (BufferIsValid(buffer_)) {
    ReleaseBuffer(buffer_);
    buffer_ = InvalidBuffer;
  }
  buffer_ = ReadBufferExtended(catalog_, MAIN_FORKNUM, next_page_, RBM_NORMAL, strategy_);
  LockBuffer(buffer_, BUFFER_LOCK_SHARE);
  const int count = collect_rows();
  LockBuffer(buffer_, BUFFER_LOCK_UNLOCK);
  ++next_page_;
  return count;
}

int CatalogPages::collect_rows() {
  Page const page = BufferGetPage(buffer_);
  // On a standby the mark may be ahead of what the snapshot sees.
  const bool all_visible = PageIsAllVisible(page) && !snapshot_->takenDuringRecovery;
  const OffsetNumber last = PageGetMaxOffsetNumber(page);
  for (OffsetNumber offset = FirstOffsetNumber; offset <= last; ++offset) {
    __builtin_prefetch(page + ItemIdGetOffset(PageGetItemId(page, offset)));
  }
  int count = 0;
  for (OffsetNumber offset = FirstOffsetNumber; offset <= last; ++offset) {
    ItemId const item = PageGetItemId(page, offset);
    if (!ItemIdIsNormal(item) || ItemIdGetLength(item) <= dismissed_length_) {
      continue;
    }
    HeapTupleData& row = rows_[count];
    row.t_data = (HeapTupleHeader)PageGetItem(page, item);
    if (!wanted_(&row)) {
      continue;
    }
    row.t_len = ItemIdGetLength(item);
    row.t_tableOid = RelationGetRelid(catalog_);
    ItemPointerSet(&row.t_self, next_page_, offset);
    if (all_visible || HeapTupleSatisfiesVisibility(&row, snapshot_, buffer_)) {
      prefetch(row);
      ++count;
    }
  }
  return count;
}

void CatalogPages::close() {
  if (catalog_ == nullptr) {
    return;
  }
  guard([this] {
    if (BufferIsValid(buffer_)) {
      ReleaseBuffer(buffer_);
    }
    if (strategy_ != nullptr) {
      FreeAccessStrategy(strategy_);
    }
    UnregisterSnapshot(snapshot_);
    table_close(catalog_, AccessShareLock);
  });
  catalog_ = nullptr;
}

}  // namespace conncheck::server
