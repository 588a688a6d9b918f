#include "agent/render/history.hpp"

#include <fmt/format.h>

#include <vector>

#include "agent/core/printable.hpp"
#include "agent/render/csv_cell.hpp"
#include "agent/render/json_writer.hpp"
#include "agent/render/timestamp.hpp"

namespace conncheck {
namespace {

/// To the second, as a line of text has it.
std::string short_time(std::chrono::system_clock::time_point time) {
  std::string text = utc_timestamp(time);
  const std::size_t fraction = text.find('.');
  return fraction == std::string::npos ? text : text.substr(0, fraction) + "Z";
}

std::string outcome(const RunEntry& run) {
  if (!run.failure_code.empty()) {
    return fmt::format("{} ({}): {}", run.failure_code, run.failure_phase,
                       printable(run.failure_message));
  }
  const std::string changes =
      run.changes == 0 ? ""
                       : fmt::format("; {} change{}", run.changes, run.changes == 1 ? "" : "s");
  return fmt::format("{} tables: {} readable, {} writable, {} truncatable{}{}", run.summary.tables,
                     run.summary.readable, run.summary.writable, run.summary.truncatable,
                     run.source == "information_schema" ? "; partial" : "", changes);
}

std::string runs_as_text(std::span<const RunEntry> runs) {
  std::string text;
  for (const RunEntry& run : runs) {
    text += fmt::format("{}  {:>5} check{}  {:<8}  {}\n",
                        run.checks == 1 ? fmt::format("{:<43}", short_time(run.first_at))
                                        : fmt::format("{} to {}", short_time(run.first_at),
                                                      short_time(run.last_at)),
                        run.checks, run.checks == 1 ? " " : "s", run.status, outcome(run));
  }
  return text;
}

std::string runs_as_csv(const std::string& connection, std::span<const RunEntry> runs) {
  std::string csv =
      "connection,first_at,last_at,checks,status,source,failure_code,failure_phase,message,"
      "mean_ms,slowest_ms,tables,readable,writable,truncatable,changes\n";
  for (const RunEntry& run : runs) {
    append_csv_row(
        std::vector<std::string>{
            connection, utc_timestamp(run.first_at), utc_timestamp(run.last_at),
            std::to_string(run.checks), run.status, run.source, run.failure_code, run.failure_phase,
            run.failure_message, std::to_string(run.mean.count()),
            std::to_string(run.slowest.count()), std::to_string(run.summary.tables),
            std::to_string(run.summary.readable), std::to_string(run.summary.writable),
            std::to_string(run.summary.truncatable), std::to_string(run.changes)},
        csv);
  }
  return csv;
}

void text_or_null(JsonWriter& json, std::string_view key, const std::string& value) {
  json.key(key);
  value.empty() ? json.null() : json.text(value);
}

void text(JsonWriter& json, std::string_view key, std::string_view value) {
  json.key(key);
  json.text(value);
}

void number(JsonWriter& json, std::string_view key, std::int64_t value) {
  json.key(key);
  json.number(value);
}

void run_as_json(JsonWriter& json, const RunEntry& run) {
  json.begin_object();
  text(json, "first_at", utc_timestamp(run.first_at));
  text(json, "last_at", utc_timestamp(run.last_at));
  number(json, "checks", run.checks);
  text(json, "status", run.status);
  text_or_null(json, "source", run.source);
  json.key("error");
  if (run.failure_code.empty()) {
    json.null();
  } else {
    json.begin_object();
    text(json, "code", run.failure_code);
    text(json, "phase", run.failure_phase);
    text(json, "message", run.failure_message);
    json.end_object();
  }
  json.key("duration_ms");
  json.begin_object();
  number(json, "mean", run.mean.count());
  number(json, "slowest", run.slowest.count());
  json.end_object();
  json.key("summary");
  json.begin_object();
  number(json, "tables", run.summary.tables);
  number(json, "readable", run.summary.readable);
  number(json, "writable", run.summary.writable);
  number(json, "truncatable", run.summary.truncatable);
  json.end_object();
  number(json, "changes", run.changes);
  json.end_object();
}

std::string runs_as_json(const std::string& connection, std::span<const RunEntry> runs) {
  std::string document;
  JsonWriter json(document, 0);
  json.begin_object();
  number(json, "schema_version", 1);
  text(json, "connection", connection);
  json.key("runs");
  json.begin_array();
  for (const RunEntry& run : runs) {
    run_as_json(json, run);
  }
  json.end_array();
  json.end_object();
  return document + "\n";
}

void change_as_json(JsonWriter& json, const DatedChange& dated) {
  const Change& change = dated.change;
  json.begin_object();
  text(json, "role_name", change.role_name);
  text(json, "change", to_string(change.kind));
  text_or_null(json, "schema_name", change.schema_name);
  text_or_null(json, "object_name", change.object_name);
  text_or_null(json, "before", change.before);
  text_or_null(json, "after", change.after);
  text(json, "since", utc_timestamp(dated.since));
  text(json, "message", change.message);
  json.key("undo");
  json.begin_array();
  for (const std::string& statement : change.undo) {
    json.text(statement);
  }
  json.end_array();
  text_or_null(json, "caveat", change.undo.empty() ? "" : change.caveat);
  json.end_object();
}

std::string changes_as_json(const std::string& connection, const RunEntry& from, const RunEntry& to,
                            std::span<const DatedChange> changes) {
  std::string document;
  JsonWriter json(document, 0);
  json.begin_object();
  number(json, "schema_version", 1);
  text(json, "connection", connection);
  text(json, "from", utc_timestamp(from.last_at));
  text(json, "to", utc_timestamp(to.last_at));
  json.key("changes");
  json.begin_array();
  for (const DatedChange& change : changes) {
    change_as_json(json, change);
  }
  json.end_array();
  json.end_object();
  return document + "\n";
}

std::string changes_as_csv(const std::string& connection, std::span<const DatedChange> changes) {
  std::string csv =
      "connection,role_name,change,schema_name,object_name,before,after,since,message,undo\n";
  for (const auto& [change, since] : changes) {
    std::string undo;
    for (const std::string& statement : change.undo) {
      undo += undo.empty() ? "" : " ";
      undo += statement;
    }
    append_csv_row(
        std::vector<std::string>{connection, change.role_name, std::string(to_string(change.kind)),
                                 change.schema_name, change.object_name, change.before,
                                 change.after, utc_timestamp(since), change.message, undo},
        csv);
  }
  return csv;
}

/// As text, and as SQL, in which all but the statements are comments.
std::string changes_as_lines(const std::string& connection, const RunEntry& from,
                             const RunEntry& to, std::span<const DatedChange> changes,
                             bool is_sql) {
  const std::string_view comment = is_sql ? "-- " : "";
  std::string lines = fmt::format(
      "{}{}: from {} to {}: {}\n", comment, printable(connection), short_time(from.last_at),
      short_time(to.last_at),
      changes.empty() ? "nothing has changed"
                      : fmt::format("{} change{}", changes.size(), changes.size() == 1 ? "" : "s"));
  for (const auto& [change, since] : changes) {
    lines += fmt::format("{}{}  {}\n", comment, short_time(since), printable(change.message));
    if (is_sql && change.undo.empty()) {
      lines += "-- no GRANT or REVOKE undoes this\n";
    }
    if (is_sql && !change.undo.empty() && !change.caveat.empty()) {
      lines += fmt::format("-- {}\n", change.caveat);
    }
    for (const std::string& statement : change.undo) {
      lines += is_sql ? printable(statement) + "\n"
                      : fmt::format("    undone by: {}\n", printable(statement));
    }
  }
  return lines;
}

}  // namespace

std::string render_runs(const std::string& connection, std::span<const RunEntry> runs,
                        HistoryFormat format) {
  switch (format) {
    case HistoryFormat::json:
      return runs_as_json(connection, runs);
    case HistoryFormat::csv:
      return runs_as_csv(connection, runs);
    default:
      return runs_as_text(runs);
  }
}

std::string render_changes(const std::string& connection, const RunEntry& from, const RunEntry& to,
                           std::span<const DatedChange> changes, HistoryFormat format) {
  switch (format) {
    case HistoryFormat::json:
      return changes_as_json(connection, from, to, changes);
    case HistoryFormat::csv:
      return changes_as_csv(connection, changes);
    default:
      return changes_as_lines(connection, from, to, changes, format == HistoryFormat::sql);
  }
}

}  // namespace conncheck
