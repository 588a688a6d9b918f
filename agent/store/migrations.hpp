// The store's tables, and how those of an earlier version become them.
#pragma once

#include <cstddef>

#include "agent/store/database.hpp"

namespace conncheck {

/// The version of a store that migrate() has seen.
[[nodiscard]] std::int64_t newest_schema_version();

/// 0 for an empty database.
[[nodiscard]] std::int64_t schema_version(Database& database);

/// Throws StoreError (`newer`) where `version` is a later one than this program's.
void refuse_newer(std::int64_t version);

/// Brings an empty or older store to the newest version, each step in a transaction of its own, so
/// that one which was interrupted goes on where it was. Throws StoreError (`newer`) and changes
/// nothing where the store is of a later version, or another program's database.
void migrate(Database& database);

}  // namespace conncheck
