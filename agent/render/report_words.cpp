#include "agent/render/report_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "agent/core/printable.hpp"
#include "agent/core/usable_privilege.hpp"
#include "agent/render/timestamp.hpp"

namespace conncheck {
namespace {

std::string_view phase_words(Phase phase) {
  switch (phase) {
    case Phase::resolve:
      return "resolving the host name";
    case Phase::tunnel:
      return "opening the tunnel";
    case Phase::connect:
      return "connecting";
    case Phase::tls:
      return "negotiating TLS";
    case Phase::login:
      return "logging in";
    case Phase::query:
      return "asking for the permissions";
  }
  return "checking";
}

std::string_view source_words(Source source) {
  switch (source) {
    case Source::extension:
      return "permissions from the extension";
    case Source::catalog:
      return "permissions from the catalog";
    case Source::information_schema:
      return "permissions from information_schema";
  }
  return "";
}

std::string_view block_words(std::string_view reason) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> words = {{
      {schema_usage, "no USAGE on the schema"},
      {not_updatable, "not updatable"},
      {underlying_relation, "what the view reads is denied"},
      {user_mapping, "no user mapping"},
      {locked, "locked by another session"},
  }};
  for (const auto& [word, sentence] : words) {
    if (word == reason) {
      return sentence;
    }
  }
  return reason;
}

std::string counted(std::int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// A state from the history: nobody connected to tell it.
bool is_remembered(const CheckReport& report) {
  return report.connected && !report.session && report.target.empty();
}

std::string server_words(const CheckReport& report) {
  std::string words;
  const auto add = [&words](std::string_view part) {
    words += words.empty() ? "" : ", ";
    words += part;
  };
  if (report.session) {
    const Session& session = *report.session;
    add("PostgreSQL " + session.server_version);
    add(session.ssl ? (session.ssl_version.empty() ? "TLS" : session.ssl_version) : "no TLS");
  }
  if (report.source) {
    add(source_words(*report.source));
  }
  if (!report.error && !is_remembered(report)) {
    add(duration_text(report.duration.total));
  }
  return words;
}

std::string failure_words(const Failure& failure, std::chrono::milliseconds after) {
  std::string words = fmt::format("Failed while {}, after {}: {}", phase_words(failure.phase),
                                  duration_text(after), to_string(failure.code));
  if (failure.sqlstate) {
    words += fmt::format(" (SQLSTATE {})", *failure.sqlstate);
  }
  return words;
}

/// `INSERT, UPDATE held`: what is usable of the three where not all of writing passes.
std::string partial_write(const RelationPermissions& relation) {
  std::string held;
  for (const Privilege privilege : {Privilege::insert, Privilege::update, Privilege::delete_}) {
    const bool usable =
        relation.privileges.has(privilege) && !certainly_blocked(relation).has(privilege);
    if (usable) {
      held += held.empty() ? "" : ", ";
      held += to_string(privilege);
    }
  }
  return relation.can_write.value_or(false) || held.empty() ? "" : held + " held";
}

}  // namespace

std::string connected_words(const CheckReport& report) {
  if (!report.connected) {
    return printable(report.target.empty() ? "not connected" : "not connected to " + report.target);
  }
  if (is_remembered(report)) {
    return "as recorded";
  }
  if (!report.session) {
    return printable("connected to " + report.target);
  }
  const Session& session = *report.session;
  return printable(fmt::format(
      "connected as {} to {}{}", session.role_name, session.database_name,
      session.server_address.empty() ? "" : fmt::format(" at {}", session.server_address)));
}

std::vector<std::string> detail_words(const CheckReport& report) {
  std::vector<std::string> details;
  if (const std::string server = server_words(report); !server.empty()) {
    details.push_back(printable(server));
  }
  if (report.session) {
    const Session& session = *report.session;
    const bool session_user_differs = session.session_user_name != session.role_name;
    const bool configured_user_differs =
        !session.configured_user.empty() && session.configured_user != session.role_name;
    if (session_user_differs || configured_user_differs) {
      details.push_back(printable(
          fmt::format("Current user {}, session user {}, configured user {}", session.role_name,
                      session.session_user_name, session.configured_user)));
    }
    if (session.is_superuser || session.bypass_rls) {
      details.push_back(session.is_superuser ? "A superuser: no permission is ever refused"
                                             : "BYPASSRLS: row security does not apply");
    }
  }
  for (const std::string& note : report.notes) {
    details.push_back(printable(note));
  }
  if (report.error) {
    details.push_back(printable(failure_words(*report.error, report.duration.total)));
    details.push_back(printable(report.error->message));
    if (!report.error->hint.empty()) {
      details.push_back(printable("Hint: " + report.error->hint));
    }
  }
  return details;
}

std::string verdict_word(std::optional<bool> verdict) {
  if (!verdict) {
    return "?";
  }
  return *verdict ? "yes" : "no";
}

std::string relation_notes(const RelationPermissions& relation) {
  std::string notes;
  const auto add = [&notes](std::string_view note) {
    if (!note.empty()) {
      notes += notes.empty() ? "" : "; ";
      notes += note;
    }
  };
  if (relation.kind != "table") {
    add(relation.kind);
  }
  for (const std::string& reason : relation.blocked_by) {
    add(block_words(reason));
  }
  add(partial_write(relation));
  for (const auto& [privilege, columns] : relation.column_privileges) {
    std::string names;
    for (const std::string& column : columns) {
      names += names.empty() ? "" : ", ";
      names += column;
    }
    add(fmt::format("{} columns: {}", to_string(privilege), names));
  }
  if (relation.row_security == "applies") {
    add("row security applies");
  }
  return printable(notes);
}

std::string summary_words(const Summary& summary) {
  return fmt::format("{} in {}: {} readable, {} writable, {} truncatable",
                     counted(summary.tables, "relation"), counted(summary.schemas, "schema"),
                     summary.readable, summary.writable, summary.truncatable);
}

std::string run_words(const RunTotals& totals) {
  std::string counts;
  for (const Status status : {Status::ok, Status::warning, Status::critical, Status::unknown}) {
    if (totals.with(status) > 0) {
      counts += counts.empty() ? "" : ", ";
      counts += fmt::format("{} {}", totals.with(status), to_string(status));
    }
  }
  if (totals.checks() == 0) {
    return "0 connections";
  }
  return fmt::format("{}: {} ({:.2f} s)", counted(totals.checks(), "connection"), counts,
                     std::chrono::duration<double>(totals.elapsed()).count());
}

std::string login_role(const CheckReport& report) {
  if (!report.login.role_name.empty() || !report.session) {
    return report.login.role_name;
  }
  return report.session->role_name;
}

}  // namespace conncheck
