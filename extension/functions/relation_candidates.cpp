#include "extension/functions/relation_candidates.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "extension/server/guard.hpp"

namespace conncheck::functions {
namespace {

/// Eight bytes of a name as a number that sorts as they do; zeros after its end.
std::uint64_t bytes_from(const char* name) {
  std::uint64_t number = 0;
  for (int i = 0; i < 8; ++i) {
    number <<= 8;
    if (*name != '\0') {
      number |= static_cast<unsigned char>(*name++);
    }
  }
  return number;
}

}  // namespace

std::uint32_t NameStore::add(std::string_view name) {
  if (used_ + name.size() + 1 > block_size) {
    blocks_.emplace_back(new char[block_size]);
    used_ = 0;
  }
  const std::uint32_t place = static_cast<std::uint32_t>(blocks_.size() - 1) * block_size + used_;
  char* const destination = blocks_.back().get() + used_;
  name.copy(destination, name.size());
  destination[name.size()] = '\0';
  used_ += static_cast<std::uint32_t>(name.size()) + 1;
  return place;
}

std::size_t RelationCandidates::Hash::operator()(const RelationProfile& profile) const {
  const auto mix = [](std::size_t seed, std::size_t value) {
    return (seed ^ value) * std::size_t{0x9E3779B97F4A7C15};
  };
  const std::size_t grants =
      std::size_t{profile.grants.privileges.bits()} << 16 | profile.grants.grantable.bits();
  const std::size_t flags =
      static_cast<std::size_t>(profile.kind) << 4 | std::size_t{profile.protected_catalog} << 3 |
      std::size_t{profile.row_security} << 2 | std::size_t{profile.force_row_security} << 1 |
      std::size_t{profile.has_rules};
  const auto schema = reinterpret_cast<std::size_t>(profile.schema);
  const std::size_t hash = mix(mix(schema, profile.owner), grants << 16 | flags);
  return hash ^ hash >> 32;
}

std::uint32_t RelationCandidates::number_of(const RelationProfile& profile) {
  if (!profiles_.empty() && *profiles_[last_profile_] == profile) {
    return last_profile_;
  }
  const auto [entry, is_new] =
      numbers_.try_emplace(profile, static_cast<std::uint32_t>(profiles_.size()));
  if (is_new) {
    profiles_.push_back(&entry->first);
  }
  return last_profile_ = entry->second;
}

void RelationCandidates::add(rules::RelationId id, std::string_view name,
                             const RelationProfile& profile) {
  candidates_.push_back({id, names_.add(name), number_of(profile)});
}

/// Where each profile's schema stands among them.
std::vector<std::uint32_t> RelationCandidates::schema_ranks() const {
  std::vector<const server::Schema*> schemas;
  for (const RelationProfile* profile : profiles_) {
    schemas.push_back(profile->schema);
  }
  const auto by_name = [](const auto* a, const auto* b) { return a->name < b->name; };
  std::sort(schemas.begin(), schemas.end(), by_name);
  schemas.erase(std::unique(schemas.begin(), schemas.end()), schemas.end());
  std::vector<std::uint32_t> ranks;
  for (const RelationProfile* profile : profiles_) {
    const auto place = std::lower_bound(schemas.begin(), schemas.end(), profile->schema, by_name);
    ranks.push_back(static_cast<std::uint32_t>(place - schemas.begin()));
  }
  return ranks;
}

/// Brings those of a schema together, in the schemas' order; returns where each schema's end.
std::vector<std::size_t> RelationCandidates::group_by_schema(
    std::vector<std::uint32_t>& candidates) const {
  const std::vector<std::uint32_t> ranks = schema_ranks();
  std::vector<std::size_t> ends(profiles_.size() + 1);
  for (const std::uint32_t candidate : candidates) {
    ++ends[ranks[profile_number(candidate)] + 1];
  }
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  std::vector<std::uint32_t> grouped(candidates.size());
  for (const std::uint32_t candidate : candidates) {
    grouped[ends[ranks[profile_number(candidate)]]++] = candidate;
  }
  candidates = std::move(grouped);
  ends.pop_back();
  return ends;
}

/// How many bytes the names of these, one or more, begin with in common.
std::size_t RelationCandidates::common_prefix(std::span<const std::uint32_t> candidates) const {
  const char* const first = name(candidates.front());
  std::size_t length = std::strlen(first);
  for (const std::uint32_t candidate : candidates) {
    const char* const other = name(candidate);
    std::size_t shared = 0;
    while (shared < length && first[shared] == other[shared]) {
      ++shared;
    }
    length = shared;
  }
  return length;
}

/// Names of a schema begin alike; behind that a few bytes tell most of them apart, and those stand
/// next to each other here, the rest does not.
void RelationCandidates::sort_by_name(std::span<std::uint32_t> candidates) const {
  struct SortKey {
    std::uint64_t bytes;
    std::uint32_t candidate;
  };
  const std::size_t prefix = common_prefix(candidates);
  std::vector<SortKey> keys;
  keys.reserve(candidates.size());
  for (const std::uint32_t candidate : candidates) {
    keys.push_back({bytes_from(name(candidate) + prefix), candidate});
  }
  std::sort(keys.begin(), keys.end(), [this](const SortKey& a, const SortKey& b) {
    server::check_for_interrupts();
    return a.bytes != b.bytes ? a.bytes < b.bytes
                              : std::strcmp(name(a.candidate), name(b.candidate)) < 0;
  });
  std::transform(keys.begin(), keys.end(), candidates.begin(),
                 [](const SortKey& key) { return key.candidate; });
}

void RelationCandidates::sort(std::vector<std::uint32_t>& candidates) const {
  std::size_t begin = 0;
  for (const std::size_t end : group_by_schema(candidates)) {
    if (begin != end) {
      sort_by_name(std::span(candidates).subspan(begin, end - begin));
    }
    begin = end;
  }
}

}  // namespace conncheck::functions
