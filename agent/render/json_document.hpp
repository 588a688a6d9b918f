// A JSON document as every command prints it.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace conncheck {

/// A string that is valid UTF-8, whatever bytes it came as.
[[nodiscard]] boost::json::string json_text(std::string_view value);
[[nodiscard]] boost::json::value json_text_or_null(const std::optional<std::string>& value);
[[nodiscard]] boost::json::array json_texts(const std::vector<std::string>& values);

/// A string as it stands in a document, quoted and escaped.
[[nodiscard]] std::string json_quoted(std::string_view value);

/// The document, indented, with a newline at its end; invisible characters are escaped.
[[nodiscard]] std::string json_document(const boost::json::object& document);

}  // namespace conncheck
