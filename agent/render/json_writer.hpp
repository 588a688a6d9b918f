// JSON of any size, written as it comes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace conncheck {

/// Appends to a string what json_document() would print, without a tree of it in memory. Who calls
/// it begins and ends what belongs together, and gives a key in front of each value of an object.
class JsonWriter {
 public:
  /// `depth`: how far the lines are indented, by two spaces each.
  JsonWriter(std::string& out, std::size_t depth) : out_(out), depth_(depth) {}

  void begin_object() { begin('{'); }
  void end_object() { end('}'); }
  void begin_array() { begin('['); }
  void end_array() { end(']'); }

  /// `name` needs no escaping.
  void key(std::string_view name);

  void text(std::string_view value);  ///< whatever bytes it has
  void word(std::string_view value);  ///< needs no escaping
  void number(std::int64_t value);
  void boolean(bool value);
  void null();

 private:
  void begin(char bracket);
  void end(char bracket);
  void next();
  void new_line();

  std::string& out_;
  std::size_t depth_;
  bool is_first_ = true;      ///< nothing stands in the innermost brackets yet
  bool is_after_key_ = true;  ///< no comma in front; nor is there one in front of all of it
};

}  // namespace conncheck
