// A configuration file, from its bytes to its connections.
#include <sys/mman.h>
#include <unistd.h>

#include "agent/config/load.hpp"
#include "tests/fuzzing/invariant.hpp"

using namespace conncheck;
using namespace conncheck::fuzzing;

namespace {

constexpr std::string_view secret = "q9Zx7Kw3";

std::optional<std::string> variable(const std::string& name) {
  if (name == "SET") {
    return std::string(secret);
  }
  return name == "EMPTY" ? std::optional<std::string>("") : std::nullopt;
}

/// A file in memory, whose content is replaced; its path.
const std::string& file_with(std::string_view text) {
  static const int file = memfd_create("configuration.yml", MFD_CLOEXEC);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  demand(ftruncate(file, 0) == 0, "no file in memory");
  demand(pwrite(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()),
         "no memory");
  return path;
}

void check_diagnostics(const std::vector<Diagnostic>& diagnostics, std::string_view text) {
  const auto lines = std::count(text.begin(), text.end(), '\n') + 2;
  for (const Diagnostic& diagnostic : diagnostics) {
    const std::string shown = to_text(diagnostic);
    demand_printable(shown);
    demand(diagnostic.origin.line >= 0 && diagnostic.origin.line <= lines, "no such line", shown);
    demand(diagnostic.origin.column >= 0 &&
               diagnostic.origin.column <= static_cast<int>(text.size()) + 2,
           "no such column", shown);
    // What the file itself holds of it, it may hold where it can be shown.
    demand(text.find("q9") != std::string_view::npos || shown.find(secret) == std::string::npos,
           "a variable's value is told", shown);
  }
}

void check_connection(const Connection& connection) {
  demand(connection.name.size() >= 3 && connection.name.size() <= 100, "no name");
  demand(!connection.parameters.contains("password"), "a password may be printed");
  demand(connection.timeout <= std::chrono::hours(1), "a timeout without end");
  demand(connection.schedule.jitter >= 0 && connection.schedule.jitter <= 1, "jitter");
  demand_printable(display_target(connection));
  if (connection.tunnel) {
    demand(!connection.tunnel->host.starts_with('-') && !connection.tunnel->user.starts_with('-'),
           "ssh would take it as an option");
    demand_printable(display_bastion(*connection.tunnel));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = view_of(data, size);
  const Loaded loaded = load(file_with(text), variable);
  check_diagnostics(loaded.diagnostics, text);
  check_diagnostics(loaded.exposed, text);
  for (const Connection& connection : loaded.configuration.connections) {
    check_connection(connection);
  }
  demand(loaded.has_errors() || !loaded.configuration.connections.empty(),
         "neither a connection nor a mistake");
  return 0;
}
