#include "extension/functions/held_columns.hpp"

#include <algorithm>
#include <tuple>

namespace conncheck::functions {
namespace {

constexpr auto by_candidate = [](const auto& a, const auto& b) {
  return a.candidate < b.candidate;
};

}  // namespace

void HeldColumns::add(std::uint32_t candidate, int number, std::string_view name,
                      PrivilegeSet held) {
  has_some_[candidate] = true;
  columns_.push_back({candidate, static_cast<std::int16_t>(number), held, names_.add(name)});
}

bool HeldColumns::in_order(const Column& a, const Column& b) {
  return std::tie(a.candidate, a.number) < std::tie(b.candidate, b.number);
}

void HeldColumns::sort() { std::sort(columns_.begin(), columns_.end(), in_order); }

void HeldColumns::add_on_every(std::uint32_t candidate, PrivilegeSet held) {
  if (!held.empty()) {
    on_every_.push_back({candidate, held});
  }
}

PrivilegeSet HeldColumns::on_column(std::size_t candidate, int number) const {
  const Column any{static_cast<std::uint32_t>(candidate), static_cast<std::int16_t>(number), {}, 0};
  const auto found = std::lower_bound(columns_.begin(), columns_.end(), any, in_order);
  return found == columns_.end() || in_order(any, *found) ? PrivilegeSet{} : found->held;
}

std::vector<rules::ColumnGrant> HeldColumns::of(std::size_t candidate) const {
  std::vector<rules::ColumnGrant> grants;
  if (has_some(candidate)) {
    const Column any{static_cast<std::uint32_t>(candidate), 0, {}, 0};
    const auto [first, last] =
        std::equal_range(columns_.begin(), columns_.end(), any, by_candidate);
    for (auto column = first; column != last; ++column) {
      grants.push_back({column->number, names_.at(column->name), column->held});
    }
  }
  return grants;
}

PrivilegeSet HeldColumns::on_every(std::size_t candidate) const {
  const Whole any{static_cast<std::uint32_t>(candidate), {}};
  const auto found = std::lower_bound(on_every_.begin(), on_every_.end(), any, by_candidate);
  return found == on_every_.end() || found->candidate != candidate ? PrivilegeSet{} : found->held;
}

}  // namespace conncheck::functions
