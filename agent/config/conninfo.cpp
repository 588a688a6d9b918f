#include "agent/config/conninfo.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "agent/config/parameters.hpp"
#include "agent/config/wording.hpp"

namespace conncheck {
namespace {

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

constexpr std::string_view how_to_write =
    "write postgresql://USER@HOST:PORT/DATABASE, with special characters in the user and the "
    "password percent-encoded (@ as %40, / as %2F, : as %3A, % as %25)";

/// Parameters of other drivers that hosting dashboards and guides put into their URLs.
std::string_view foreign_owner(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 27> owners = {{
      {"pgbouncer", "Prisma"},
      {"connection_limit", "Prisma"},
      {"pool_timeout", "Prisma"},
      {"socket_timeout", "Prisma"},
      {"schema", "Prisma"},
      {"sslaccept", "Prisma"},
      {"sslidentity", "Prisma"},
      {"statement_cache_size", "Prisma"},
      {"currentSchema", "JDBC"},
      {"prepareThreshold", "JDBC"},
      {"preparedStatementCacheQueries", "JDBC"},
      {"ApplicationName", "JDBC"},
      {"loginTimeout", "JDBC"},
      {"socketTimeout", "JDBC"},
      {"sslfactory", "JDBC"},
      {"stringtype", "JDBC"},
      {"targetServerType", "JDBC"},
      {"supa", "Vercel"},
      {"workaround", "Vercel"},
      {"uselibpqcompat", "node-postgres"},
      {"pool_max_conns", "pgx"},
      {"pool_min_conns", "pgx"},
      {"default_query_exec_mode", "pgx"},
      {"statement_cache_capacity", "pgx"},
      {"prepared_statement_cache_size", "SQLAlchemy"},
      {"prepared_statements", "Rails"},
      {"pool", "Rails"},
  }};
  for (const auto& [parameter, owner] : owners) {
    if (parameter == name) {
      return owner;
    }
  }
  return {};
}

/// All of them at once: taking one out after the other is a nuisance.
std::optional<std::string> foreign_parameters(std::string_view query) {
  std::string names;
  std::string owners;
  int count = 0;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view parameter = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    const std::string_view name = parameter.substr(0, parameter.find('='));
    const std::string owner(foreign_owner(name));
    if (owner.empty() || names.find(in_backquotes(name)) != std::string::npos) {
      continue;
    }
    names += (count++ == 0 ? "" : ", ") + in_backquotes(name);
    if (owners.find(owner) == std::string::npos) {
      owners += (owners.empty() ? "" : " or ") + owner + "'s";
    }
  }
  if (count == 0) {
    return std::nullopt;
  }
  return count == 1 ? fmt::format(
                          "has the query parameter {}, which is {} and unknown to libpq: "
                          "remove it",
                          names, owners)
                    : fmt::format(
                          "has the query parameters {}, which are {} and unknown to libpq: "
                          "remove them",
                          names, owners);
}

/// Of SQLAlchemy's and JDBC's URLs.
std::optional<std::string> mistake_in_scheme(std::string_view url) {
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) {
    return std::nullopt;
  }
  if (url.starts_with("postgresql+") || url.starts_with("postgres+")) {
    return "must begin with postgresql://: leave out the + and the name of the driver after it";
  }
  if (url.starts_with("jdbc:postgresql://")) {
    return "must begin with postgresql://: leave out jdbc:";
  }
  if (url.find("://") == std::string_view::npos && url.find('=') != std::string_view::npos) {
    return "must begin with postgresql:// or postgres://: keywords (host=… dbname=…) are no URL";
  }
  return "must begin with postgresql:// or postgres://";
}

/// What stands after the scheme, cut as libpq cuts it: a user only where an @ comes before any /.
struct UrlParts {
  std::string_view user;
  std::string_view target;  ///< hosts, ports and database
  std::string_view query;   ///< after the ?
};

UrlParts parts_of(std::string_view url) {
  std::string_view rest = url.substr(url.find("://") + 3);
  UrlParts parts;
  const std::size_t at = rest.find_first_of("@/");
  if (at != std::string_view::npos && rest[at] == '@') {
    parts.user = rest.substr(0, at);
    rest.remove_prefix(at + 1);
  }
  const std::size_t question_mark = rest.find('?');
  parts.target = rest.substr(0, question_mark);
  if (question_mark != std::string_view::npos) {
    parts.query = rest.substr(question_mark + 1);
  }
  return parts;
}

std::optional<std::string> mistake_in_name(std::string_view name, bool may_print) {
  const Options options(PQconndefaults());
  std::vector<std::string_view> known = {"ssl"};  // libpq takes ssl=true for JDBC's sake
  for (const PQconninfoOption* option = options.get(); option && option->keyword; ++option) {
    known.emplace_back(option->keyword);
  }
  if (!options || std::find(known.begin(), known.end(), name) != known.end()) {
    return std::nullopt;
  }
  const bool is_word = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  });
  const std::string meant = suggestion(name, known);
  if (!may_print || !is_word) {
    return fmt::format("has a query parameter that this libpq does not know{}",
                       meant.empty() ? fmt::format(": remove it, and {}", how_to_write) : meant);
  }
  return fmt::format("has the query parameter {}, which this libpq does not know{}",
                     in_backquotes(name), meant.empty() ? ": remove it" : meant);
}

std::optional<std::string> mistake_in_query(const UrlParts& parts, bool has_secret_text) {
  // An @ after the ? may mean that the ? belongs to a password.
  const bool may_be_password = parts.query.find('@') != std::string_view::npos;
  const bool may_print = !has_secret_text && !may_be_password;
  if (auto mistake = foreign_parameters(parts.query)) {
    return mistake;
  }
  std::string_view rest = parts.query;
  std::set<std::string_view> names;
  while (!rest.empty()) {
    const std::size_t end = rest.find('&');
    const std::string_view parameter = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos && may_be_password) {
      return fmt::format("has a ? that begins no query parameter: {}", how_to_write);
    }
    if (equals == std::string_view::npos) {
      return "has a query parameter without value: write ?NAME=VALUE&NAME=VALUE after the database";
    }
    if (parameter.find('%') > equals) {
      if (auto mistake = mistake_in_name(parameter.substr(0, equals), may_print)) {
        return mistake;
      }
    }
    // libpq takes the last one: ?sslmode=verify-full&…&sslmode=disable goes without TLS.
    if (!names.insert(parameter.substr(0, equals)).second) {
      return may_print ? fmt::format("has the query parameter {} twice: keep one of them",
                                     in_backquotes(parameter.substr(0, equals)))
                       : "has a query parameter twice: keep one of them";
    }
    if (parameter.starts_with("ssl=") && parameter != "ssl=true") {
      return "has the query parameter `ssl`, of which libpq knows ssl=true only: write "
             "sslmode=require, or verify-full, instead";
    }
    if (parameter.find('=', equals + 1) != std::string_view::npos) {
      return "has a query parameter with a second = in it: write it as %3D";
    }
  }
  return std::nullopt;
}

bool has_bad_percent(std::string_view text) {
  const auto is_hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    if (at + 2 >= text.size() || !is_hex(text[at + 1]) || !is_hex(text[at + 2]) ||
        text.substr(at, 3) == "%00") {
      return true;
    }
  }
  return false;
}

/// What dashboards and guides show in place of a password, the colon before it included.
bool is_placeholder(std::string_view text) {
  constexpr std::array<std::string_view, 6> placeholders = {":[YOUR-PASSWORD]", ":[YOUR_PASSWORD]",
                                                            ":[password]",      ":<password>",
                                                            ":YOUR-PASSWORD",   ":YOUR_PASSWORD"};
  return std::find(placeholders.begin(), placeholders.end(), text) != placeholders.end();
}

/// Before libpq sees it: an @ or / in a password makes libpq take a part of it for host, port or
/// database, without any complaint.
std::optional<std::string> mistake_in_url(const std::string& url, bool has_secret_text) {
  if (auto mistake = mistake_in_scheme(url)) {
    return mistake;
  }
  const UrlParts parts = parts_of(url);
  if (parts.target.find('@') != std::string_view::npos) {
    return fmt::format("has an @ where only host, port and database can be: {}", how_to_write);
  }
  if (parts.target.find("://") != std::string_view::npos) {
    return fmt::format("has a second :// in it: {}", how_to_write);
  }
  if (is_placeholder(parts.user.substr(std::min(parts.user.find(':'), parts.user.size())))) {
    return "still has a placeholder where the password belongs: write the password instead, or "
           "leave it out with its colon and give `password`";
  }
  if (has_bad_percent(url)) {
    return "has a % without two hexadecimal digits (other than 00) after it: write % as %25";
  }
  return mistake_in_query(parts, has_secret_text);
}

UrlParameters from_options(const PQconninfoOption* option) {
  UrlParameters result;
  for (; option->keyword != nullptr; ++option) {
    if (option->val == nullptr || *option->val == '\0') {
      continue;
    }
    const bool is_secret = std::string_view(option->dispchar) == "*";
    if (is_secret) {
      result.secrets.emplace(option->keyword, Secret(option->val));
    } else {
      result.parameters.emplace(option->keyword, option->val);
    }
  }
  return result;
}

}  // namespace

std::variant<UrlParameters, std::string> parse_url(const std::string& url, bool has_secret_text) {
  if (auto mistake = mistake_in_url(url, has_secret_text)) {
    return std::move(*mistake);
  }
  char* message = nullptr;
  const Options options(PQconninfoParse(url.c_str(), &message));
  PQfreemem(message);  // may hold the password
  if (!options) {
    return fmt::format("cannot be read by libpq: {}; an IPv6 address stands in [ ]", how_to_write);
  }
  UrlParameters result = from_options(options.get());
  for (const auto& [keyword, value] : result.parameters) {
    if (auto mistake = mistake_in_parameter(keyword, value)) {
      return fmt::format("has a wrong {}: it {}",
                         in_backquotes(keyword == "dbname" ? "database" : keyword), *mistake);
    }
  }
  if (!ports_fit_hosts(result.parameters)) {
    return "has several ports, but not one for each host";
  }
  return result;
}

}  // namespace conncheck
