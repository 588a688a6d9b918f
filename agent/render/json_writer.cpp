#include "agent/render/json_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "agent/render/json_document.hpp"

namespace conncheck {

void JsonWriter::key(std::string_view name) {
  next();
  out_ += '"';
  out_ += name;
  out_ += "\": ";
  is_after_key_ = true;
}

void JsonWriter::text(std::string_view value) {
  const bool is_plain = std::all_of(value.begin(), value.end(), [](char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
  });
  if (is_plain) {
    word(value);
    return;
  }
  next();
  out_ += json_quoted(value);
}

void JsonWriter::word(std::string_view value) {
  next();
  out_ += '"';
  out_ += value;
  out_ += '"';
}

void JsonWriter::number(std::int64_t value) {
  next();
  fmt::format_to(std::back_inserter(out_), "{}", value);
}

void JsonWriter::boolean(bool value) {
  next();
  out_ += value ? "true" : "false";
}

void JsonWriter::null() {
  next();
  out_ += "null";
}

void JsonWriter::begin(char bracket) {
  next();
  out_ += bracket;
  ++depth_;
  is_first_ = true;
}

void JsonWriter::end(char bracket) {
  --depth_;
  if (!is_first_) {
    new_line();
  }
  out_ += bracket;
  is_first_ = false;
}

/// In front of a value or a key.
void JsonWriter::next() {
  if (is_after_key_) {
    is_after_key_ = false;
    return;
  }
  if (!is_first_) {
    out_ += ',';
  }
  is_first_ = false;
  new_line();
}

void JsonWriter::new_line() {
  out_ += '\n';
  out_.append(2 * depth_, ' ');
}

}  // namespace conncheck
