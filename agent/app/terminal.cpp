#include "agent/app/terminal.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace conncheck {

TableOptions table_options(const std::string& color) {
  TableOptions options;
  const bool terminal = isatty(STDOUT_FILENO) != 0;
  const char* no_color = std::getenv("NO_COLOR");
  options.colour = color == "always" ||
                   (color == "auto" && terminal && (no_color == nullptr || *no_color == '\0'));
  winsize size{};
  if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    options.width = size.ws_col;
  }
  return options;
}

bool print_results(const std::string& output) {
  return confirm_results(std::fwrite(output.data(), 1, output.size(), stdout) == output.size());
}

bool confirm_results(bool are_written) {
  if (are_written && std::fflush(stdout) == 0) {
    return true;
  }
  fmt::print(stderr, "conncheck: the results could not be written to standard output\n");
  return false;
}

}  // namespace conncheck
