// Connection URLs, parsed by libpq so that they mean here what they mean to psql.
#pragma once

#include <map>
#include <string>
#include <variant>

#include "agent/core/secret.hpp"

namespace conncheck {

/// What a URL says, percent-decoded; parameters without a value are left out.
struct UrlParameters {
  std::map<std::string, std::string> parameters;
  std::map<std::string, Secret> secrets;  ///< password, sslpassword
};

/// A postgresql:// or postgres:// URL, or a sentence that says what is wrong with it and what to
/// write. The sentence repeats nothing of the URL, as libpq's own texts can hold the password; only
/// the name of an unknown query parameter, and that not if `has_secret_text`: if parts of the URL
/// come from the environment.
[[nodiscard]] std::variant<UrlParameters, std::string> parse_url(const std::string& url,
                                                                 bool has_secret_text = false);

}  // namespace conncheck
