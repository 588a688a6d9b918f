// Reads lines "EXPRESSION<tab>ZONE<tab>AFTER<tab>COUNT" and prints for each the next COUNT times,
// as seconds since 1970, in a line.
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <variant>

#include "agent/config/time_zone.hpp"
#include "agent/core/cron.hpp"

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream fields(line);
    std::string expression;
    std::string name;
    long long after = 0;
    int count = 0;
    std::getline(fields, expression, '\t');
    std::getline(fields, name, '\t');
    fields >> after >> count;
    const auto parsed = conncheck::parse_cron(expression);
    const auto* cron = std::get_if<conncheck::CronExpression>(&parsed);
    const auto zone = conncheck::load_time_zone(name);
    if (!fields || cron == nullptr || !zone) {
      std::cerr << "not understood: " << line << '\n';
      return EXIT_FAILURE;
    }
    conncheck::WallTime time{std::chrono::seconds(after)};
    for (int i = 0; i < count; ++i) {
      time = conncheck::next_run(*cron, *zone, time).value();
      std::cout << (i == 0 ? "" : " ") << time.time_since_epoch().count();
    }
    std::cout << '\n';
  }
}
