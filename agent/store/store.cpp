#include "agent/store/store.hpp"

#include <algorithm>
#include <optional>

#include "agent/store/migrations.hpp"
#include "agent/store/role_versions.hpp"

namespace conncheck {
namespace {

constexpr std::int64_t day_ms = 24 * 60 * 60 * 1000;

struct StoredConnection {
  std::int64_t id = 0;
  std::optional<std::string> digest;
  std::optional<std::int64_t> last_run;
};

StoredConnection connection_of(Database& database, const std::string& name) {
  StoredConnection connection;
  database.each(
      "SELECT id, digest, last_run FROM connection WHERE name = $1", {name}, [&](const Row& row) {
        connection.id = row.integer(0);
        connection.digest = row.is_null(1) ? std::nullopt : std::optional(row.text(1));
        connection.last_run = row.is_null(2) ? std::nullopt : std::optional(row.integer(2));
      });
  if (connection.id == 0) {
    connection.id =
        database.integer("INSERT INTO connection (name) VALUES ($1) RETURNING id", {name}).value();
  }
  return connection;
}

/// What a role is to be from now on.
struct RoleChange {
  std::int64_t id = 0;  ///< 0: the role is new
  std::string name;
  bool is_login = false;
  std::string digest;
  std::vector<StateItem> before;
  std::vector<StateItem> now;
};

bool is_partial(const CheckRecord& check) { return check.source == Source::information_schema; }

/// Compares what came with what is true now; where a role's digest is the same, without reading it.
std::vector<RoleChange> role_changes(Database& database, std::int64_t connection,
                                     const CheckRecord& check) {
  std::vector<RoleChange> changes;
  std::vector<StoredRole> stored = roles_of(database, connection);
  for (const RoleRecord& role : *check.roles) {
    const auto known = std::find_if(stored.begin(), stored.end(), [&](const StoredRole& each) {
      return each.name == role.name && each.is_login == role.is_login;
    });
    RoleChange change{.id = 0,
                      .name = role.name,
                      .is_login = role.is_login,
                      .digest = role.digest,
                      .before = {},
                      .now = role.items};
    if (known != stored.end()) {
      const bool is_same = known->digest == role.digest;
      if (!is_same) {
        change.id = known->id;
        change.before = current_items(database, known->id);
        change.now = settled(change.before, role.items);
      }
      stored.erase(known);
      if (is_same) {
        continue;
      }
    }
    changes.push_back(std::move(change));
  }
  for (StoredRole& gone : stored) {  // a partial answer may be one that knows nothing of it
    if (!is_partial(check) && !gone.digest.empty()) {
      changes.push_back({.id = gone.id,
                         .name = std::move(gone.name),
                         .is_login = gone.is_login,
                         .digest = {},
                         .before = current_items(database, gone.id),
                         .now = {}});
    }
  }
  return changes;
}

std::vector<Change> drift_of(const std::vector<RoleChange>& roles) {
  std::vector<RoleState> before;
  std::vector<RoleState> after;
  for (const RoleChange& role : roles) {
    auto old_state = state_of(role.name, role.is_login, role.before);
    auto new_state = state_of(role.name, role.is_login, role.now);
    const bool is_readable = old_state && new_state;
    if (is_readable && !role.before.empty()) {
      before.push_back(std::move(*old_state));
    }
    if (is_readable && !role.now.empty()) {
      after.push_back(std::move(*new_state));
    }
  }
  return drift(before, after);
}

void write(Database& database, std::int64_t connection, std::int64_t run, const RoleChange& role) {
  std::int64_t id = role.id;
  if (id == 0) {
    id = database
             .integer(
                 "INSERT INTO role (connection_id, is_login, name, digest)"
                 " VALUES ($1, $2, $3, $4) RETURNING id",
                 {connection, role.is_login ? 1 : 0, role.name, Blob{role.digest}})
             .value();
  } else {
    database.run("UPDATE role SET digest = $1 WHERE id = $2", {Blob{role.digest}, id});
  }
  replace_items(database, id, run, role.before, role.now);
}

/// The words for what a check came to; empty: there is none.
struct Outcome {
  std::string_view status;
  std::string_view source;
  std::string_view failure_code;
  std::string_view failure_phase;
};

Outcome outcome_of(const CheckRecord& check) {
  Outcome outcome;
  outcome.status = to_string(check.status);
  if (check.source) {
    outcome.source = to_string(*check.source);
  }
  if (check.failure) {
    outcome.failure_code = to_string(check.failure->code);
    outcome.failure_phase = to_string(check.failure->phase);
  }
  return outcome;
}

/// The last run goes on where the check came to the same on the same day.
bool continues(Database& database, std::int64_t run, const CheckRecord& check) {
  const Outcome outcome = outcome_of(check);
  bool result = false;
  database.each(
      "SELECT first_at, status, source, failure_code, failure_phase FROM run WHERE id = $1", {run},
      [&](const Row& row) {
        result = row.integer(0) / day_ms == to_stored(check.started_at) / day_ms &&
                 row.text(1) == outcome.status && row.text(2) == outcome.source &&
                 row.text(3) == outcome.failure_code && row.text(4) == outcome.failure_phase;
      });
  return result;
}

void continue_run(Database& database, std::int64_t run, const CheckRecord& check) {
  const Parameter message =
      check.failure ? Parameter(std::string_view(check.failure->message)) : Parameter(nullptr);
  const std::int64_t milliseconds = check.duration.count();
  database.run(
      "UPDATE run SET last_at = CASE WHEN last_at < $1 THEN $1 ELSE last_at END,"
      " checks = checks + 1, total_ms = total_ms + $2,"
      " slowest_ms = CASE WHEN slowest_ms < $2 THEN $2 ELSE slowest_ms END,"
      " failure_message = $3 WHERE id = $4",
      {to_stored(check.started_at), milliseconds, message, run});
}

std::int64_t begin_run(Database& database, std::int64_t connection, const CheckRecord& check,
                       std::size_t changes) {
  const auto word = [](std::string_view text) {
    return text.empty() ? Parameter(nullptr) : Parameter(text);
  };
  const Outcome outcome = outcome_of(check);
  const Parameter message =
      check.failure ? Parameter(std::string_view(check.failure->message)) : Parameter(nullptr);
  const std::int64_t milliseconds = check.duration.count();
  return database
      .integer(
          "INSERT INTO run (connection_id, first_at, last_at, checks, status, source, failure_code,"
          " failure_phase, failure_message, total_ms, slowest_ms, tables, readable, writable,"
          " truncatable, changes)"
          " VALUES ($1, $2, $2, 1, $3, $4, $5, $6, $7, $8, $8, $9, $10, $11, $12, $13)"
          " RETURNING id",
          {connection, to_stored(check.started_at), outcome.status, word(outcome.source),
           word(outcome.failure_code), word(outcome.failure_phase), message, milliseconds,
           check.summary.tables, check.summary.readable, check.summary.writable,
           check.summary.truncatable, static_cast<std::int64_t>(changes)})
      .value();
}

}  // namespace

std::int64_t to_stored(std::chrono::system_clock::time_point time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::chrono::system_clock::time_point from_stored(std::int64_t milliseconds) {
  return std::chrono::system_clock::time_point(std::chrono::milliseconds(milliseconds));
}

Store::Store(const std::filesystem::path& file) : database_(file, OpenMode::write) {
  migrate(database_);
}

std::vector<Recorded> Store::record(std::span<const CheckRecord> checks) {
  std::vector<Recorded> recorded;
  database_.in_transaction([&] {
    for (const CheckRecord& check : checks) {
      recorded.push_back(record(check));
    }
  });
  return recorded;
}

Recorded Store::record(const CheckRecord& check) {
  Recorded recorded{.connection = check.connection, .is_state_wanted = false, .changes = {}};
  const StoredConnection connection = connection_of(database_, check.connection);
  const bool is_news = !check.failure && check.digest != connection.digest;
  std::vector<RoleChange> roles;
  if (is_news && check.roles) {
    roles = role_changes(database_, connection.id, check);
    if (connection.digest) {
      recorded.changes = drift_of(roles);
    }
  }
  recorded.is_state_wanted = is_news && !check.roles;
  const bool is_changed = std::any_of(
      roles.begin(), roles.end(), [](const RoleChange& role) { return role.before != role.now; });
  std::int64_t run = connection.last_run.value_or(0);
  if (connection.last_run && !is_changed && continues(database_, run, check)) {
    continue_run(database_, run, check);
  } else {
    run = begin_run(database_, connection.id, check, recorded.changes.size());
    database_.run("UPDATE connection SET last_run = $1 WHERE id = $2", {run, connection.id});
  }
  for (const RoleChange& role : roles) {
    write(database_, connection.id, run, role);
  }
  if (is_news && check.roles) {
    database_.run("UPDATE connection SET digest = $1 WHERE id = $2",
                  {Blob{check.digest}, connection.id});
  }
  return recorded;
}

std::vector<std::pair<std::string, std::string>> Store::digests() {
  std::vector<std::pair<std::string, std::string>> digests;
  database_.each("SELECT name, digest FROM connection WHERE digest IS NOT NULL", {},
                 [&](const Row& row) { digests.emplace_back(row.text(0), row.text(1)); });
  return digests;
}

}  // namespace conncheck
