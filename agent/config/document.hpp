// A YAML document as a plain tree of text, lists and mappings, each with its place.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/config/diagnostic.hpp"

namespace conncheck {

/// Line and column (in characters) from 1.
struct Place {
  int line = 0;
  int column = 0;
  friend bool operator==(const Place&, const Place&) = default;
};

/// Numbers, true and the like are text too: what a value means is for its key to say.
struct Value {
  enum class Kind { none, text, list, mapping };

  Kind kind = Kind::none;
  Place place;  ///< of a value that is none: its key's
  std::string text;
  std::vector<Value> keys;   ///< of a mapping: text, each only once
  std::vector<Value> items;  ///< of a list, or of a mapping in the order of `keys`
};

/// Parses one document. A syntax error gives one diagnostic and no value; duplicate keys, merge
/// keys and tags are reported each, and left out of the value. Nesting, and what aliases may add,
/// are bounded. No diagnostic repeats text of the document but keys that have a value.
[[nodiscard]] std::optional<Value> parse_document(const std::string& source,
                                                  const std::string& file,
                                                  std::vector<Diagnostic>& diagnostics);

}  // namespace conncheck
