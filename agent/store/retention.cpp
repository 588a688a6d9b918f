#include <algorithm>

#include "agent/store/store.hpp"

namespace conncheck {

void Store::apply(const Retention& retention, std::chrono::system_clock::time_point now) {
  const std::int64_t newest =
      std::min(to_stored(now), database_.integer("SELECT max(last_at) FROM run").value_or(0));
  const std::int64_t oldest = newest - retention.age.count();
  std::vector<std::int64_t> connections;
  database_.each("SELECT id FROM connection", {},
                 [&](const Row& row) { connections.push_back(row.integer(0)); });
  for (const std::int64_t connection : connections) {
    database_.in_transaction([&] { apply(retention, connection, oldest); });
  }
  database_.in_transaction([&] {
    database_.run("DELETE FROM item WHERE id NOT IN (SELECT item_id FROM version)");
    database_.run("DELETE FROM fact WHERE id NOT IN (SELECT fact_id FROM version)");
  });
}

void Store::apply(const Retention& retention, std::int64_t connection, std::int64_t oldest_ms) {
  database_.run(
      "DELETE FROM run WHERE connection_id = $1 AND last_at < $2"
      " AND id <> (SELECT coalesce(last_run, 0) FROM connection WHERE id = $1)",
      {connection, oldest_ms});
  database_.run(
      "DELETE FROM run WHERE connection_id = $1 AND id NOT IN"
      " (SELECT id FROM run WHERE connection_id = $1 ORDER BY id DESC LIMIT $2)",
      {connection, std::max<std::int64_t>(retention.runs, 1)});
  const auto first_run =
      database_.integer("SELECT min(id) FROM run WHERE connection_id = $1", {connection});
  if (!first_run) {
    return;
  }
  database_.run(
      "DELETE FROM version WHERE to_run <= $2"
      " AND role_id IN (SELECT id FROM role WHERE connection_id = $1)",
      {connection, *first_run});
  database_.run(
      "DELETE FROM role WHERE connection_id = $1"
      " AND NOT EXISTS (SELECT 1 FROM version WHERE role_id = role.id)",
      {connection});
}

}  // namespace conncheck
