// A table from ids of the server's objects to values, for look-ups once a row of a catalog.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace conncheck::rules {

/// Open addressing in one block of memory, at most half full. No id is 0.
template <class Value>
class IdTable {
 public:
  IdTable() = default;
  /// With room for `count` ids.
  explicit IdTable(std::size_t count) {
    std::size_t size = smallest;
    while (size < 2 * count) {
      size *= 2;
    }
    slots_.resize(size);
  }

  /// nullptr: it is not there. Valid until the next insert().
  [[nodiscard]] const Value* find(std::uint32_t id) const {
    if (slots_.empty()) {
      return nullptr;
    }
    const Slot& slot = slots_[place_of(id)];
    return slot.id == id ? &slot.value : nullptr;
  }

  /// Adds the id, or replaces its value.
  void insert(std::uint32_t id, Value value) {
    if (2 * (count_ + 1) > slots_.size()) {
      grow();
    }
    Slot& slot = slots_[place_of(id)];
    count_ += slot.id == 0 ? 1 : 0;
    slot = {id, value};
  }

 private:
  static constexpr std::size_t smallest = 16;

  struct Slot {
    std::uint32_t id = 0;
    Value value{};
  };

  /// Where the id is, or would be. Ids come in runs: the multiplication scatters them.
  [[nodiscard]] std::size_t place_of(std::uint32_t id) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t place = ((id * std::uint64_t{0x9E3779B97F4A7C15}) >> 32) & mask;
    while (slots_[place].id != 0 && slots_[place].id != id) {
      place = (place + 1) & mask;
    }
    return place;
  }

  void grow() {
    std::vector<Slot> old(slots_.empty() ? smallest : 2 * slots_.size());
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.id != 0) {
        slots_[place_of(slot.id)] = slot;
      }
    }
  }

  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

}  // namespace conncheck::rules
