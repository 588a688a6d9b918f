// Typed reading of YAML values. What does not fit is noted as a diagnostic, and reading goes on.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/diagnostic.hpp"
#include "agent/config/document.hpp"
#include "agent/config/environment.hpp"
#include "agent/config/expansion.hpp"

namespace conncheck {

/// One key that a mapping may have, and what to do with its value.
struct Key {
  std::string_view name;
  std::function<void(const Value&)> read;
};

/// Reads the values of one file. Each read_… returns nothing exactly if it noted an error;
/// `what` names the value in messages: "`port`".
class Reader {
 public:
  /// All arguments must outlive the reader.
  Reader(const std::string& file, const Environment& environment,
         std::vector<Diagnostic>& diagnostics)
      : file_(file), environment_(environment), diagnostics_(diagnostics) {}

  void error(Place place, std::string message);
  void warning(Place place, std::string message);
  [[nodiscard]] Origin origin(Place place) const { return {file_, place.line, place.column}; }
  [[nodiscard]] const Environment& environment() const { return environment_; }
  /// A relative path is relative to the configuration file's directory.
  [[nodiscard]] std::string resolved_path(const std::string& path) const;
  /// How many errors were noted so far; tells whether reading something went without one.
  [[nodiscard]] int errors() const { return errors_; }

  /// The text at `place` is a secret: the file holds it, unless it came from the environment.
  void note_secret(Place place, const ExpandedText& text);
  /// Where the file itself holds a secret first, if it does.
  [[nodiscard]] const std::optional<Place>& secret() const { return secret_; }
  /// A file named at `place` that holds a secret: noted if others can read it.
  void check_not_exposed(Place place, std::string_view what, const std::string& path);
  [[nodiscard]] const std::vector<Diagnostic>& exposed() const { return exposed_; }

  /// Text that is not empty, with its `${…}` expanded.
  std::optional<ExpandedText> read_text(const Value& value, std::string_view what);
  std::optional<std::chrono::milliseconds> read_duration(const Value& value, std::string_view what);
  /// The index of one of `words`.
  std::optional<std::size_t> read_word(const Value& value, std::string_view what,
                                       const std::vector<std::string_view>& words);
  /// The existence of a file that is to be read later, and the permission to read it.
  void check_readable(Place place, std::string_view what, const ExpandedText& path);

  /// Whether it is a list, having called `read` for each item.
  bool read_list(const Value& value, std::string_view what,
                 const std::function<void(const Value&)>& read);
  /// As read_list(), but one text may stand for a list of one, and there must be an item.
  bool read_list_or_text(const Value& value, std::string_view what,
                         const std::function<void(const Value&)>& read);
  /// Whether it is a mapping, having called each key's `read`; unknown keys are errors.
  bool read_mapping(const Value& value, std::string_view what, const std::vector<Key>& keys);
  /// As read_mapping(), but without the text of unknown keys: they may be a misplaced secret.
  bool read_secret_mapping(const Value& value, std::string_view what, const std::vector<Key>& keys);

  /// "not `…`", the text as it is printed after "must be", unless it came from the environment.
  [[nodiscard]] static std::string but_not(const ExpandedText& text);

 private:
  bool read_keys(const Value& value, std::string_view what, const std::vector<Key>& keys,
                 bool may_print);

  const std::string& file_;
  const Environment& environment_;
  std::vector<Diagnostic>& diagnostics_;
  std::optional<Place> secret_;
  std::vector<Diagnostic> exposed_;
  int errors_ = 0;
};

}  // namespace conncheck
