#include "agent/probe/tls_files.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <sys/stat.h>
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

// To an older libpq it is a file that is not there, which only verify-ca and verify-full need.
constexpr int knows_system = 160000;

/// Why OpenSSL could not read the file, or would wait for somebody to write it; empty: nothing.
std::string obstacle_to_reading(const char* path) {
  struct stat status {};
  if (access(path, R_OK) != 0 || stat(path, &status) != 0) {
    return std::generic_category().message(errno);
  }
  return S_ISFIFO(status.st_mode) ? "it is a pipe" : "";
}

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
  const auto root = parameters.find("sslrootcert");
  if (root != parameters.end() && root->second == "system" && PQlibVersion() < knows_system) {
    return config_failure(
        fmt::format("sslrootcert is `system`, which libpq knows from 16 on, and this is {}: the "
                    "server's certificate would not be verified",
                    PQlibVersion() / 10000),
        "set sslmode to verify-full, and sslrootcert to the file of the operating system's CAs "
        "(Debian: /etc/ssl/certs/ca-certificates.crt)");
  }
  for (const TlsFile& file : files) {
    const auto found = parameters.find(file.keyword);
    if (found == parameters.end() || !is_path(file.keyword, found->second)) {
      continue;
    }
    const std::string reason = obstacle_to_reading(found->second.c_str());
    if (!reason.empty()) {
      return config_failure(
          fmt::format("{} cannot be read: {}: {}", file.keyword, found->second, reason), file.hint);
    }
  }
  return std::nullopt;
}

}  // namespace conncheck
