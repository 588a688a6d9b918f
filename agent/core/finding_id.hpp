// A finding's id: the same for the same fact in every run, different for every other.
#pragma once

#include <string>
#include <string_view>

#include "extension/rules/privilege.hpp"

namespace conncheck {

/// What a finding is about; empty where it has no such part.
struct FindingSubject {
  std::string_view connection;
  std::string_view rule;
  std::string_view role;
  std::string_view schema;
  std::string_view table;
  PrivilegeSet privileges;
  std::string_view pattern;  ///< or whatever else tells two findings of one rule apart
};

/// 16 hex digits: the beginning of the SHA-256 of an unambiguous text of the subject. No two
/// different subjects have the same text, whatever characters are in the names.
[[nodiscard]] std::string finding_id(const FindingSubject& subject);

}  // namespace conncheck
