#include "agent/probe/presentable.hpp"

#include <string>
#include <utility>

#include "agent/core/printable.hpp"
#include "agent/core/redact.hpp"

namespace conncheck {
namespace {

// A server may write as much as it likes; a person reads this much.
constexpr std::size_t max_text_bytes = 2000;

/// Never within a character.
void shorten(std::string& text) {
  if (text.size() <= max_text_bytes) {
    return;
  }
  std::size_t end = max_text_bytes;
  while (end > max_text_bytes - 4 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) {
    --end;
  }
  text.resize(end);
  text += "…";
}

}  // namespace

void make_presentable(Observation& observation, const std::vector<Secret>& secrets) {
  const auto present = [&secrets](std::string& text) {
    text = redact(std::move(text), secrets);
    shorten(text);
    text = printable(text);
  };
  if (observation.error) {
    present(observation.error->message);
    present(observation.error->hint);
  }
  if (observation.tls_failure) {
    present(*observation.tls_failure);
  }
  if (observation.extension_error) {
    present(*observation.extension_error);
  }
  if (observation.explanation && observation.explanation->refusal) {
    present(observation.explanation->refusal->message);
    present(observation.explanation->refusal->hint);
  }
  if (observation.proof) {
    for (RelationProof& relation : observation.proof->relations) {
      relation.edit_messages([&present](std::string text) {
        present(text);
        return text;
      });
    }
  }
}

}  // namespace conncheck
