#include "agent/core/fact_text.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace conncheck {

FactWriter& FactWriter::add(std::string_view field) {
  text_ += std::to_string(field.size());
  text_ += ':';
  text_ += field;
  text_ += ',';
  return *this;
}

FactWriter& FactWriter::add_sorted(std::vector<std::string> fields) {
  std::sort(fields.begin(), fields.end());
  add_number(fields.size());
  for (const std::string& field : fields) {
    add(field);
  }
  return *this;
}

std::string FactReader::damaged() {
  is_damaged_ = true;
  rest_ = {};
  return {};
}

std::string FactReader::next() {
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), length);
  const auto digits = static_cast<std::size_t>(end - rest_.data());
  const std::size_t around = digits + 2;  // the colon and the comma
  if (error != std::errc() || rest_.size() < around || length > rest_.size() - around ||
      rest_[digits] != ':' || rest_[digits + 1 + length] != ',') {
    return damaged();
  }
  std::string field(rest_.substr(digits + 1, length));
  rest_.remove_prefix(around + length);
  return field;
}

std::size_t FactReader::next_number() {
  const std::string field = next();
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), number);
  if (error != std::errc() || end != field.data() + field.size()) {
    damaged();
    return 0;
  }
  return number;
}

std::size_t FactReader::next_count() {
  const std::size_t count = next_number();
  if (count > rest_.size()) {
    damaged();
    return 0;
  }
  return count;
}

std::vector<std::string> FactReader::next_list() {
  std::vector<std::string> fields(next_count());
  for (std::string& field : fields) {
    field = next();
  }
  return fields;
}

}  // namespace conncheck
