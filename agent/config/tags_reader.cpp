#include "agent/config/tags_reader.hpp"

#include <cstddef>
#include <utility>

#include "agent/config/wording.hpp"

namespace conncheck {

std::map<std::string, std::string> read_tags(Reader& reader, const Value& value) {
  std::map<std::string, std::string> tags;
  if (value.kind != Value::Kind::mapping) {
    reader.error(value.place, "`tags` must be a mapping, as in {team: billing}");
    return tags;
  }
  for (std::size_t i = 0; i < value.keys.size(); ++i) {
    if (auto text = reader.read_text(value.items[i], "a tag")) {
      tags.emplace(value.keys[i].text, std::move(text->value));
    }
  }
  return tags;
}

}  // namespace conncheck
