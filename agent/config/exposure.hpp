// Whether a file that holds a secret can be read by others than its reader.
#pragma once

#include <optional>
#include <string>

namespace conncheck {

/// Nothing, or a sentence that says who can read the file and what mends it. Where the file is not
/// this user's own and is read by its group (root:conncheck, 0640), only all others count. A
/// directory on the way that lets nobody else in protects the file.
[[nodiscard]] std::optional<std::string> exposure_of(const std::string& path);

}  // namespace conncheck
