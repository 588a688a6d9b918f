#include "agent/core/provider_hint.hpp"

#include <fmt/format.h>

namespace conncheck {
namespace {

/// The project's reference in its direct host, db.REF.supabase.co; empty for any other host.
std::string_view direct_project(std::string_view host) {
  static constexpr std::string_view before = "db.";
  static constexpr std::string_view after = ".supabase.co";
  if (!host.starts_with(before) || !host.ends_with(after) ||
      host.size() <= before.size() + after.size()) {
    return {};
  }
  return host.substr(before.size(), host.size() - before.size() - after.size());
}

std::optional<std::string> supabase_hint(const Failure& failure, std::string_view host) {
  const std::string_view project = direct_project(host);
  switch (failure.code) {
    case FailureCode::unreachable:
    case FailureCode::dns_failure:
      if (project.empty() || failure.phase == Phase::login) {
        return std::nullopt;
      }
      return fmt::format(
          "Supabase's direct host has an IPv6 address only, and this machine reaches none: use the "
          "pooler, whose host the dashboard shows (Connect, Session pooler: "
          "aws-…pooler.supabase.com:5432, user postgres.{}), or Supabase's IPv4 add-on",
          project);
    case FailureCode::refused:
      return "Supabase refuses an address that it has banned after wrong passwords: see Network "
             "bans "
             "in the project's database settings; are host and port right?";
    case FailureCode::tls_verify_failed:
      return "Supabase's certificates are signed by a CA of its own: download it (database "
             "settings, "
             "SSL configuration) and set sslrootcert to its file";
    default:
      return std::nullopt;
  }
}

std::optional<std::string> neon_hint(const Failure& failure) {
  switch (failure.code) {
    case FailureCode::timeout:
      if (failure.phase == Phase::resolve) {
        return std::nullopt;
      }
      return "a Neon compute that sleeps takes some seconds to wake up: give it a longer `timeout`";
    case FailureCode::tls_verify_failed:
      return "Neon's certificates are signed by a public CA: set sslrootcert to the system's CAs "
             "(/etc/ssl/certs/ca-certificates.crt, or `system` with libpq 16 and later), and "
             "connect by the host's name";
    default:
      return std::nullopt;
  }
}

bool is_below(std::string_view host, std::string_view domain) {
  return host.size() > domain.size() && host.ends_with(domain) &&
         host[host.size() - domain.size() - 1] == '.';
}

}  // namespace

Provider provider_of(Provider configured, std::string_view host) {
  if (is_below(host, "neon.tech")) {
    return Provider::neon;
  }
  if (is_below(host, "supabase.co") || is_below(host, "supabase.com")) {
    return Provider::supabase;
  }
  return configured;
}

std::optional<std::string> provider_hint(const Failure& failure, Provider provider,
                                         std::string_view host) {
  switch (provider_of(provider, host)) {
    case Provider::neon:
      return neon_hint(failure);
    case Provider::supabase:
      return supabase_hint(failure, host);
    case Provider::postgres:
      break;
  }
  return std::nullopt;
}

}  // namespace conncheck
