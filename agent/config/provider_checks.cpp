#include "agent/config/provider_checks.hpp"

#include <variant>

#include "agent/core/cron.hpp"
#include "agent/core/provider_hint.hpp"
#include "agent/core/schedule.hpp"

namespace conncheck {
namespace {

// A Neon compute is suspended five minutes after its last query, unless its owner chose another
// time; a check takes some of that again.
constexpr std::chrono::minutes lets_neon_sleep{6};

std::string parameter(const Connection& connection, const char* keyword) {
  const auto found = connection.parameters.find(keyword);
  return found == connection.parameters.end() ? std::string() : found->second;
}

std::chrono::milliseconds shortest_interval(const Schedule& schedule) {
  const auto cron = parse_cron(schedule.cron);
  if (const auto* expression = std::get_if<CronExpression>(&cron)) {
    return shortest_interval(*expression);
  }
  return schedule.every.count() > 0 ? schedule.every : default_interval;
}

/// libpq's default would go on without encryption where none is offered. A service file may ask for
/// more than this.
void demand_tls(Connection& connection) {
  if (connection.provider != Provider::postgres && !connection.parameters.contains("service")) {
    const bool by_system = parameter(connection, "sslrootcert") == "system";
    connection.parameters.try_emplace("sslmode", by_system ? "verify-full" : "require");
  }
}

}  // namespace

void apply_provider(Reader& reader, Place place, const Settings& own, Connection& connection) {
  demand_tls(connection);
  const std::string host = parameter(connection, "host");
  const std::string user = parameter(connection, "user");
  const Provider provider = provider_of(connection.provider, host);
  const auto place_of = [&](const char* key) {
    const auto given = own.given.find(key);
    return given == own.given.end() ? place : given->second;
  };
  if (provider == Provider::neon && shortest_interval(connection.schedule) < lets_neon_sleep) {
    reader.warning(place_of("schedule"),
                   "a check more often than every 6 minutes keeps a Neon compute from being "
                   "suspended (after 5 minutes without a query, by default), and its time is "
                   "charged");
  }
  const bool is_shared_pooler = host.ends_with(".pooler.supabase.com");
  if (is_shared_pooler && !user.empty() && user.find('.') == std::string::npos) {
    reader.warning(
        place_of(own.has("url") ? "url" : "user"),
        "Supabase's pooler wants the user as ROLE.PROJECTREF (postgres.abcdefghijklmnop): "
        "copy it from the dashboard (Connect)");
  }
}

}  // namespace conncheck
