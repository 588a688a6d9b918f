#include "extension/functions/relation_candidates.hpp"

#include <algorithm>
#include <cstring>

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

/// Names mostly differ in their first bytes: those stand next to each other, the rest does not.
struct RelationCandidates::SortKey {
  std::uint32_t schema_rank;
  std::uint32_t candidate;
  std::uint64_t first;
  std::uint64_t second;
};

void RelationCandidates::sort(std::vector<std::uint32_t>& candidates) const {
  const std::vector<std::uint32_t> ranks = schema_ranks();
  std::vector<SortKey> keys;
  keys.reserve(candidates.size());
  for (const std::uint32_t candidate : candidates) {
    const char* const text = name(candidate);
    const std::uint64_t first = bytes_from(text);
    const bool is_longer = (first & 0xff) != 0;
    keys.push_back(
        {ranks[profile_number(candidate)], candidate, first, is_longer ? bytes_from(text + 8) : 0});
  }
  std::sort(keys.begin(), keys.end(), [this](const SortKey& a, const SortKey& b) {
    server::check_for_interrupts();
    if (a.schema_rank != b.schema_rank) {
      return a.schema_rank < b.schema_rank;
    }
    if (a.first != b.first) {
      return a.first < b.first;
    }
    return a.second != b.second ? a.second < b.second
                                : std::strcmp(name(a.candidate), name(b.candidate)) < 0;
  });
  std::transform(keys.begin(), keys.end(), candidates.begin(),
                 [](const SortKey& key) { return key.candidate; });
}

}  // namespace conncheck::functions
