// Passwords taken out of text that other software wrote, before anybody sees it.
#pragma once

#include <string>
#include <vector>

#include "agent/core/secret.hpp"

namespace conncheck {

/// `text` with *** in place of
///  - each occurrence of each non-empty secret, also percent-encoded, in whole or in part;
///  - the values of `password` and `sslpassword` in URI queries and in keyword form;
///  - the password in a URL's `//user:password@`.
/// In doubt it takes out too much.
[[nodiscard]] std::string redact(std::string text, const std::vector<Secret>& secrets);

}  // namespace conncheck
