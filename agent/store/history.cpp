#include "agent/store/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "agent/store/migrations.hpp"
#include "agent/store/role_versions.hpp"
#include "agent/store/store.hpp"

namespace conncheck {
namespace {

RunEntry entry_from(const Row& row) {
  RunEntry entry;
  entry.id = row.integer(0);
  entry.first_at = from_stored(row.integer(1));
  entry.last_at = from_stored(row.integer(2));
  entry.checks = row.integer(3);
  entry.status = row.text(4);
  entry.source = row.text(5);
  entry.failure_code = row.text(6);
  entry.failure_phase = row.text(7);
  entry.failure_message = row.text(8);
  entry.mean = std::chrono::milliseconds(row.integer(9) / std::max<std::int64_t>(entry.checks, 1));
  entry.slowest = std::chrono::milliseconds(row.integer(10));
  entry.summary.tables = row.integer(11);
  entry.summary.readable = row.integer(12);
  entry.summary.writable = row.integer(13);
  entry.summary.truncatable = row.integer(14);
  entry.changes = row.integer(15);
  return entry;
}

// One literal for each query, so that it is prepared once.
#define RUN_COLUMNS                                                                          \
  "SELECT run.id, first_at, last_at, checks, status, source, failure_code, failure_phase,"   \
  " failure_message, total_ms, slowest_ms, tables, readable, writable, truncatable, changes" \
  " FROM run JOIN connection ON connection.id = run.connection_id "

/// SQLite says of a missing file what it says of one that may not be opened.
const std::filesystem::path& existing(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::status(file, error).type() == std::filesystem::file_type::not_found) {
    throw StoreError(StoreTrouble::unreachable, "there is no such file; the agent makes it");
  }
  return file;
}

}  // namespace

History::History(const std::filesystem::path& file) : database_(existing(file), OpenMode::read) {
  const std::int64_t version = schema_version(database_);
  refuse_newer(version);
  if (version == 0) {
    throw StoreError(StoreTrouble::foreign, "it is no history of conncheck");
  }
  if (version < newest_schema_version()) {
    throw StoreError(StoreTrouble::older,
                     fmt::format("it has version {}, this program reads version {}", version,
                                 newest_schema_version()));
  }
}

bool History::has(const std::string& connection) {
  return database_.integer("SELECT 1 FROM connection WHERE name = $1", {connection}).has_value();
}

std::vector<RunEntry> History::runs(const std::string& connection, std::int64_t limit) {
  std::vector<RunEntry> entries;
  database_.each(RUN_COLUMNS "WHERE name = $1 ORDER BY run.id DESC LIMIT $2", {connection, limit},
                 [&](const Row& row) { entries.push_back(entry_from(row)); });
  return entries;
}

std::optional<StateAt> History::state_of_run(const std::string& connection, std::int64_t run) {
  StateAt state;
  database_.each(RUN_COLUMNS "WHERE name = $1 AND run.id = $2", {connection, run},
                 [&](const Row& row) { state.run = entry_from(row); });
  const auto id =
      database_.integer("SELECT id FROM connection WHERE name = $1", {connection}).value_or(0);
  for (const StoredRole& role : roles_of(database_, id)) {
    std::vector<StateItem> items = items_at(database_, role.id, run);
    if (!items.empty()) {
      state.roles.push_back(
          {.name = role.name, .is_login = role.is_login, .items = std::move(items)});
    }
  }
  std::sort(state.roles.begin(), state.roles.end(), [](const RoleAt& a, const RoleAt& b) {
    return std::tie(b.is_login, a.name) < std::tie(a.is_login, b.name);
  });
  return state.roles.empty() ? std::nullopt : std::optional(std::move(state));
}

std::optional<StateAt> History::state_at(const std::string& connection,
                                         std::chrono::system_clock::time_point time) {
  const auto run = database_.integer(
      "SELECT max(run.id) FROM run JOIN connection ON connection.id = connection_id"
      " WHERE name = $1 AND source IS NOT NULL AND first_at <= $2",
      {connection, to_stored(time)});
  return run ? state_of_run(connection, *run) : std::nullopt;
}

std::optional<StateAt> History::state_before_last_change(const std::string& connection) {
  const auto changed = database_.integer(
      "SELECT max(run.id) FROM run JOIN connection ON connection.id = connection_id"
      " WHERE name = $1 AND changes > 0",
      {connection});
  const auto before = database_.integer(
      "SELECT max(run.id) FROM run JOIN connection ON connection.id = connection_id"
      " WHERE name = $1 AND source IS NOT NULL AND run.id < $2",
      {connection, changed.value_or(0)});
  const auto first = database_.integer(
      "SELECT min(run.id) FROM run JOIN connection ON connection.id = connection_id"
      " WHERE name = $1 AND source IS NOT NULL",
      {connection});
  return before || first ? state_of_run(connection, before ? *before : *first) : std::nullopt;
}

/// What is not among the changes is left out, but for attributes: the others are read in their
/// light.
std::vector<RoleHistory> History::role_histories(const std::string& connection, std::int64_t from,
                                                 std::int64_t to) {
  using ItemKey = std::tuple<ItemKind, std::string, std::string>;
  std::map<std::pair<bool, std::string>, std::map<ItemKey, ItemHistory>> roles;
  database_.each(
      "SELECT is_login, role.name, kind, schema_name, object_name, from_run, to_run, fact"
      " FROM version JOIN role ON role.id = role_id"
      " JOIN connection ON connection.id = connection_id"
      " JOIN item ON item.id = item_id JOIN fact ON fact.id = fact_id"
      " WHERE connection.name = $1 AND to_run > $2 AND from_run <= $3"
      " AND (from_run > $2 OR to_run <= $3 OR kind = $4)",
      {connection, from, to, static_cast<std::int64_t>(ItemKind::attribute)}, [&](const Row& row) {
        const ItemKey key{static_cast<ItemKind>(row.integer(2)), row.text(3), row.text(4)};
        ItemHistory& item = roles[{row.integer(0) != 0, row.text(1)}][key];
        std::tie(item.kind, item.schema_name, item.object_name) = key;
        if (row.integer(5) <= from) {
          item.first = row.text(7);
        } else {
          item.later[row.integer(5)] = row.text(7);
        }
        if (row.integer(6) <= to) {
          item.later.try_emplace(row.integer(6));  // unless another fact begins there
        }
      });
  std::vector<RoleHistory> histories;
  for (auto& [role, items] : roles) {
    RoleHistory& history = histories.emplace_back();
    history.is_login = role.first;
    history.role_name = role.second;
    for (auto& [key, item] : items) {
      history.items.push_back(std::move(item));
    }
  }
  return histories;
}

std::vector<DatedChange> History::changes(const std::string& connection, const RunEntry& from,
                                          const RunEntry& to) {
  std::vector<DatedChange> dated;
  for (ChangeInRun& each : dated_drift(role_histories(connection, from.id, to.id))) {
    const auto first_at = database_.integer("SELECT first_at FROM run WHERE id = $1", {each.run});
    dated.push_back({std::move(each.change), first_at ? from_stored(*first_at) : to.first_at});
  }
  return dated;
}

}  // namespace conncheck
