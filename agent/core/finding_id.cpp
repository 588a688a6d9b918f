#include "agent/core/finding_id.hpp"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <array>

namespace conncheck {
namespace {

/// The length in front makes it unambiguous: no character can end a field early.
void append_field(std::string& text, std::string_view field) {
  text += fmt::format("{}:", field.size());
  text += field;
  text += ',';
}

}  // namespace

std::string finding_id(const FindingSubject& subject) {
  std::string text;
  for (const std::string_view field :
       {subject.connection, subject.rule, subject.role, subject.schema, subject.table}) {
    append_field(text, field);
  }
  for (const Privilege privilege : relation_privileges) {
    append_field(text, subject.privileges.has(privilege) ? to_string(privilege) : "");
  }
  append_field(text, subject.pattern);

  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  constexpr std::size_t bytes = 8;
  std::string id;
  for (std::size_t i = 0; i < bytes; ++i) {
    id += fmt::format("{:02x}", digest[i]);
  }
  return id;
}

}  // namespace conncheck
