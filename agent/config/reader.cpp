#include "agent/config/reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "agent/config/exposure.hpp"
#include "agent/config/wording.hpp"
#include "agent/core/duration.hpp"
#include "agent/core/printable.hpp"

namespace conncheck {
namespace {

std::vector<std::string_view> names_of(const std::vector<Key>& keys) {
  std::vector<std::string_view> names;
  names.reserve(keys.size());
  for (const Key& key : keys) {
    names.push_back(key.name);
  }
  return names;
}

/// What other programs call the same thing, too far from ours for a slip of the finger.
std::string_view our_word_for(std::string_view word) {
  constexpr std::pair<std::string_view, std::string_view> words[] = {
      {"dbname", "database"}, {"db", "database"},      {"username", "user"}, {"hostname", "host"},
      {"uri", "url"},         {"dsn", "url"},          {"pass", "password"}, {"pwd", "password"},
      {"role", "roles"},      {"interval", "schedule"}};
  for (const auto& [theirs, ours] : words) {
    if (theirs == word) {
      return ours;
    }
  }
  return word;
}

}  // namespace

void Reader::error(Place place, std::string message) {
  ++errors_;
  diagnostics_.push_back(
      {origin(place), Diagnostic::Severity::error, printable(std::move(message))});
}

void Reader::warning(Place place, std::string message) {
  diagnostics_.push_back(
      {origin(place), Diagnostic::Severity::warning, printable(std::move(message))});
}

std::string Reader::resolved_path(const std::string& path) const {
  return (std::filesystem::path(file_).parent_path() / path).string();
}

void Reader::note_secret(Place place, const ExpandedText& text) {
  if (!secret_ && !text.from_environment) {
    secret_ = place;
  }
}

void Reader::check_not_exposed(Place place, std::string_view what, const std::string& path) {
  if (auto exposure = exposure_of(path)) {
    exposed_.push_back({origin(place), Diagnostic::Severity::warning,
                        printable(fmt::format("{}: {}", what, *exposure))});
  }
}

std::string Reader::but_not(const ExpandedText& text) {
  if (text.from_environment) {
    return "; it comes from the environment";
  }
  return is_showable(text.value) ? ", not " + in_backquotes(text.value) : "";
}

std::optional<ExpandedText> Reader::read_text(const Value& value, std::string_view what) {
  if (value.kind == Value::Kind::none) {
    error(value.place, fmt::format("{} has no value: write one, or remove it (the words null and ~ "
                                   "must be quoted, and text that begins with # or &)",
                                   what));
    return std::nullopt;
  }
  if (value.kind != Value::Kind::text) {
    error(value.place, fmt::format("{} must be text, not a {}", what,
                                   value.kind == Value::Kind::list ? "list" : "mapping"));
    return std::nullopt;
  }
  auto expanded = expand(value.text, environment_);
  if (auto* mistake = std::get_if<std::string>(&expanded)) {
    error(value.place, std::move(*mistake));
    return std::nullopt;
  }
  ExpandedText& text = std::get<ExpandedText>(expanded);
  if (text.value.empty()) {
    error(value.place, fmt::format("{} is empty: write a value, or remove it", what));
    return std::nullopt;
  }
  if (text.value.find('\0') != std::string::npos) {
    error(value.place, fmt::format("{} must not have a NUL character in it", what));
    return std::nullopt;
  }
  return std::move(text);
}

std::optional<std::chrono::milliseconds> Reader::read_duration(const Value& value,
                                                               std::string_view what) {
  const auto text = read_text(value, what);
  if (!text) {
    return std::nullopt;
  }
  const auto duration = parse_duration(text->value);
  if (!duration || duration->count() == 0) {
    error(value.place, fmt::format("{} must be a duration such as 500ms, 30s, 15m, 2h or 1d{}",
                                   what, but_not(*text)));
    return std::nullopt;
  }
  return duration;
}

std::optional<std::size_t> Reader::read_word(const Value& value, std::string_view what,
                                             const std::vector<std::string_view>& words) {
  const auto text = read_text(value, what);
  if (!text) {
    return std::nullopt;
  }
  const auto found = std::find(words.begin(), words.end(), text->value);
  if (found == words.end()) {
    error(value.place, fmt::format("{} must be {}{}{}", what, alternatives(words), but_not(*text),
                                   text->from_environment ? "" : suggestion(text->value, words)));
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - words.begin());
}

void Reader::check_readable(Place place, std::string_view what, const ExpandedText& path) {
  const std::string resolved = resolved_path(path.value);
  const std::string name = path.from_environment || !is_showable(resolved)
                               ? "the file"
                               : "`" + printable(resolved) + "`";
  struct stat status {};
  if (::stat(resolved.c_str(), &status) != 0 && errno == ENOENT) {
    error(place, fmt::format("{}: {} does not exist: create it, or correct the path", what, name));
  } else if (S_ISDIR(status.st_mode)) {
    error(place, fmt::format("{}: {} is a directory: name a file", what, name));
  } else if (::faccessat(AT_FDCWD, resolved.c_str(), R_OK, AT_EACCESS) != 0) {
    error(place, fmt::format("{}: {} cannot be read: give the user who runs conncheck the "
                             "permission",
                             what, name));
  }
}

bool Reader::read_list(const Value& value, std::string_view what,
                       const std::function<void(const Value&)>& read) {
  if (value.kind != Value::Kind::list) {
    error(value.place,
          fmt::format("{} must be a list: write each item after - , or all in [ ]", what));
    return false;
  }
  for (const Value& item : value.items) {
    read(item);
  }
  return true;
}

bool Reader::read_list_or_text(const Value& value, std::string_view what,
                               const std::function<void(const Value&)>& read) {
  if (value.kind == Value::Kind::text) {
    read(value);
    return true;
  }
  if (value.kind == Value::Kind::list && value.items.empty()) {
    error(value.place, fmt::format("{} is an empty list: write at least one item", what));
    return false;
  }
  return read_list(value, what, read);
}

bool Reader::read_mapping(const Value& value, std::string_view what, const std::vector<Key>& keys) {
  return read_keys(value, what, keys, true);
}

bool Reader::read_secret_mapping(const Value& value, std::string_view what,
                                 const std::vector<Key>& keys) {
  return read_keys(value, what, keys, false);
}

bool Reader::read_keys(const Value& value, std::string_view what, const std::vector<Key>& keys,
                       bool may_print) {
  if (value.kind != Value::Kind::mapping) {
    error(value.place,
          fmt::format("{} must be a mapping: write KEY: VALUE for each of its keys", what));
    return false;
  }
  for (std::size_t i = 0; i < value.keys.size(); ++i) {
    const Value& key = value.keys[i];
    const auto known = std::find_if(keys.begin(), keys.end(),
                                    [&](const Key& each) { return each.name == key.text; });
    if (known != keys.end()) {
      known->read(value.items[i]);
      continue;
    }
    const std::string hint = suggestion(our_word_for(key.text), names_of(keys));
    const std::string known_keys =
        fmt::format(": {} has {}", what, fmt::join(names_of(keys), ", "));
    const bool is_printed = may_print && is_showable_key(key, value.items[i]);
    error(key.place, is_printed ? fmt::format("unknown key {}{}", in_backquotes(key.text),
                                              hint.empty() ? known_keys : hint)
                                : fmt::format("unknown key{} (it is not shown, as it may be part "
                                              "of a secret: quote text with , : or {{ in it)",
                                              known_keys));
  }
  return true;
}

}  // namespace conncheck
