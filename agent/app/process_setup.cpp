#include "agent/app/process_setup.hpp"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace conncheck {
namespace {

void overwrite(char* text) { std::memset(text, 'x', std::strlen(text)); }

}  // namespace

void hide_urls(int argc, char** argv) {
  static constexpr std::string_view joined = "--url=";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--url" && i + 1 < argc) {
      overwrite(argv[++i]);
    } else if (argument.starts_with(joined)) {
      overwrite(argv[i] + joined.size());
    } else if (argument.find("://") != std::string_view::npos) {
      overwrite(argv[i]);  // a URL where none is expected may hold a password, too
    }
  }
}

void ignore_libpq_environment() {
  static const std::set<std::string_view> kept = {"PGPASSFILE", "PGSERVICEFILE", "PGSYSCONFDIR",
                                                  "PGPASSWORD"};
  std::vector<std::string> removed;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view variable = *entry;
    const std::string_view name = variable.substr(0, variable.find('='));
    if (name.starts_with("PG") && !kept.contains(name)) {
      removed.emplace_back(name);
    }
  }
  for (const std::string& name : removed) {
    unsetenv(name.c_str());
  }
}

}  // namespace conncheck
