#include "agent/probe/tls_files.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include "agent/core/failure.hpp"

namespace conncheck {
namespace {

struct TlsFile {
  const char* keyword;
  const char* hint;
};

constexpr std::array files = {
    TlsFile{"sslrootcert",
            "the server's certificate could not be verified: give the path of the CA's certificate "
            "in PEM format"},
    TlsFile{"sslcrl", "revoked certificates could not be told: give the path of the CA's list"},
    TlsFile{"sslcrldir", "revoked certificates could not be told: give the directory of the lists"},
    TlsFile{"sslcert", "give the path of the client's certificate in PEM format"},
    TlsFile{"sslkey", "give the path of the client certificate's key"},
};

bool is_path(const std::string& keyword, const std::string& value) {
  return !(keyword == "sslrootcert" && value == "system") &&
         !(keyword == "sslkey" && value.find(':') != std::string::npos);  // an engine's key
}

}  // namespace

std::optional<Failure> missing_tls_file(const Parameters& parameters) {
  const auto mode = parameters.find("sslmode");
  if (mode != parameters.end() && mode->second == "disable") {
    return std::nullopt;
  }
  for (const TlsFile& file : files) {
    const auto found = parameters.find(file.keyword);
    if (found == parameters.end() || !is_path(file.keyword, found->second) ||
        access(found->second.c_str(), R_OK) == 0) {
      continue;
    }
    return config_failure(fmt::format("{} cannot be read: {}: {}", file.keyword, found->second,
                                      std::generic_category().message(errno)),
                          file.hint);
  }
  return std::nullopt;
}

}  // namespace conncheck
