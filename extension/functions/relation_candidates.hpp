// The relations that a report may speak of, in as little memory as a large catalog asks for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "extension/rules/acl.hpp"
#include "extension/rules/relation.hpp"
#include "extension/server/schemas.hpp"

namespace conncheck::functions {

/// Names of catalog objects, one behind the other.
class NameStore {
 public:
  /// A name's place; at most NAMEDATALEN - 1 bytes.
  std::uint32_t add(std::string_view name);
  /// Ends in a zero byte; stays valid as long as *this.
  [[nodiscard]] const char* at(std::uint32_t place) const {
    return blocks_[place / block_size].get() + place % block_size;
  }

 private:
  static constexpr std::uint32_t block_size = 1 << 16;

  std::vector<std::unique_ptr<char[]>> blocks_;
  std::uint32_t used_ = block_size;  ///< of the last block
};

/// All that a relation is judged by, but for its columns and what lies beneath it. Large catalogs
/// have many relations and few of these.
struct RelationProfile {
  const server::Schema* schema = nullptr;
  rules::RoleId owner = rules::public_role;
  rules::Grants grants;
  rules::RelationKind kind{};
  bool protected_catalog = false;
  bool row_security = false;
  bool force_row_security = false;
  bool has_rules = false;

  friend bool operator==(const RelationProfile&, const RelationProfile&) = default;
};

/// Numbered from 0 in the order of adding; so are the profiles.
class RelationCandidates {
 public:
  void add(rules::RelationId id, std::string_view name, const RelationProfile& profile);

  [[nodiscard]] std::size_t size() const { return candidates_.size(); }
  [[nodiscard]] rules::RelationId id(std::size_t candidate) const {
    return candidates_[candidate].id;
  }
  [[nodiscard]] const char* name(std::size_t candidate) const {
    return names_.at(candidates_[candidate].name);
  }
  [[nodiscard]] std::uint32_t profile_number(std::size_t candidate) const {
    return candidates_[candidate].profile;
  }
  [[nodiscard]] const RelationProfile& profile(std::size_t candidate) const {
    return *profiles_[candidates_[candidate].profile];
  }
  [[nodiscard]] std::size_t profile_count() const { return profiles_.size(); }

  /// Sorts candidates by schema and name, in C order. Checks for interrupts.
  void sort(std::vector<std::uint32_t>& candidates) const;

 private:
  struct Candidate {
    rules::RelationId id;
    std::uint32_t name;
    std::uint32_t profile;
  };
  struct Hash {
    std::size_t operator()(const RelationProfile& profile) const;
  };

  std::uint32_t number_of(const RelationProfile& profile);
  [[nodiscard]] std::vector<std::uint32_t> schema_ranks() const;
  [[nodiscard]] std::vector<std::size_t> group_by_schema(
      std::vector<std::uint32_t>& candidates) const;
  [[nodiscard]] std::size_t common_prefix(std::span<const std::uint32_t> candidates) const;
  void sort_by_name(std::span<std::uint32_t> candidates) const;

  std::deque<Candidate> candidates_;
  NameStore names_;
  std::unordered_map<RelationProfile, std::uint32_t, Hash> numbers_;
  std::vector<const RelationProfile*> profiles_;  ///< keys of `numbers_`
  std::uint32_t last_profile_ = 0;
};

}  // namespace conncheck::functions
