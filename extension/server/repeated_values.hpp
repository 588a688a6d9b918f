// Values that the rows of a result have in common.
#pragma once

#include <cstdint>

#include "extension/rules/id_table.hpp"
#include "extension/server/guard.hpp"

namespace conncheck::server {

/// Each value is made once and kept in the memory context that was current at construction.
template <class Value = Datum>
class RepeatedValues {
 public:
  /// `key` stands for the value in this set of them, 2^32 - 1 for none. make() makes it in the
  /// memory context that is current then.
  template <class Make>
  Value get(std::uint32_t key, Make make) {
    if (const Value* known = values_.find(key + 1)) {
      return *known;
    }
    MemoryContext const caller = MemoryContextSwitchTo(memory_);
    const Value value = make();
    MemoryContextSwitchTo(caller);
    values_.insert(key + 1, value);
    return value;
  }

 private:
  MemoryContext memory_ = CurrentMemoryContext;
  rules::IdTable<Value> values_;
};

}  // namespace conncheck::server
