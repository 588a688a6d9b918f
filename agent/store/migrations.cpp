#include "agent/store/migrations.hpp"

#include <fmt/format.h>

#include <array>

namespace conncheck {
namespace {

// Never change a step that was released: add one.
constexpr std::array<const char*, 1> steps = {
    // 1: runs, and what roles held from run to run
    R"(
CREATE TABLE connection (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  digest BLOB,                 -- of the last answer; NULL: there was none yet
  last_run INTEGER             -- the run that goes on
);
-- Checks in a row with the same outcome, on one day (UTC).
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  connection_id INTEGER NOT NULL REFERENCES connection,
  first_at INTEGER NOT NULL,   -- when its first check started: milliseconds since 1970
  last_at INTEGER NOT NULL,
  checks INTEGER NOT NULL,
  status TEXT NOT NULL,
  source TEXT,                 -- NULL: the check failed
  failure_code TEXT,
  failure_phase TEXT,
  failure_message TEXT,        -- of the last one
  total_ms INTEGER NOT NULL,   -- of all its checks together
  slowest_ms INTEGER NOT NULL,
  tables INTEGER NOT NULL,     -- what the login could see, and what it could do
  readable INTEGER NOT NULL,
  writable INTEGER NOT NULL,
  truncatable INTEGER NOT NULL,
  changes INTEGER NOT NULL     -- how much of what roles can do differs from the answer before
);
CREATE INDEX run_of_connection ON run (connection_id, id);
CREATE TABLE role (
  id INTEGER PRIMARY KEY,
  connection_id INTEGER NOT NULL REFERENCES connection,
  is_login INTEGER NOT NULL,
  name TEXT NOT NULL,
  digest BLOB NOT NULL,        -- of its last answer
  UNIQUE (connection_id, is_login, name)
);
-- Names and facts are the same in many roles and connections: each is here once.
CREATE TABLE item (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  schema_name TEXT NOT NULL,
  object_name TEXT NOT NULL,
  UNIQUE (object_name, schema_name, kind)
);
CREATE TABLE fact (
  id INTEGER PRIMARY KEY,
  fact TEXT NOT NULL UNIQUE
);
-- A fact about an item, for a role: true from the one run on, and no longer in the other.
CREATE TABLE version (
  role_id INTEGER NOT NULL REFERENCES role,
  to_run INTEGER NOT NULL,     -- 9223372036854775807: still true
  item_id INTEGER NOT NULL REFERENCES item,
  from_run INTEGER NOT NULL,
  fact_id INTEGER NOT NULL REFERENCES fact,
  PRIMARY KEY (role_id, to_run, item_id)
) WITHOUT ROWID;
)"};

constexpr const char* version_table = "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER)";

constexpr const char* other_tables =
    "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name <> 'schema_version'";

}  // namespace

std::int64_t newest_schema_version() { return static_cast<std::int64_t>(steps.size()); }

std::int64_t schema_version(Database& database) {
  const auto has_table = database.integer(
      "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'");
  if (has_table.value_or(0) == 0) {
    return 0;
  }
  return database.integer("SELECT max(version) FROM schema_version").value_or(0);
}

void refuse_newer(std::int64_t version) {
  if (version > newest_schema_version()) {
    throw StoreError(StoreTrouble::newer,
                     fmt::format("it has version {}, this program knows versions up to {}", version,
                                 newest_schema_version()));
  }
}

void migrate(Database& database) {
  const std::int64_t found = schema_version(database);
  refuse_newer(found);
  if (found == 0 && database.integer(other_tables).value_or(0) != 0) {
    throw StoreError(StoreTrouble::foreign, "it is the database of another program");
  }
  if (found == newest_schema_version()) {
    return;
  }
  for (std::size_t step = 0; step < steps.size(); ++step) {
    database.in_transaction([&] {
      const auto version = static_cast<std::int64_t>(step) + 1;
      database.run_script(version_table);
      if (schema_version(database) < version) {  // else another process has just made it
        database.run_script(steps[step]);
        database.run("DELETE FROM schema_version");
        database.run("INSERT INTO schema_version (version) VALUES ($1)", {version});
      }
    });
  }
}

}  // namespace conncheck
