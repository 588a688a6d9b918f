#include "agent/store/role_versions.hpp"

#include <algorithm>
#include <tuple>

#include "agent/store/store.hpp"

namespace conncheck {
namespace {

std::int64_t id_of(Database& database, const char* select, const char* insert,
                   std::initializer_list<Parameter> key) {
  if (const auto id = database.integer(select, key)) {
    return *id;
  }
  return database.integer(insert, key).value();
}

std::int64_t item_id(Database& database, const StateItem& item) {
  return id_of(database,
               "SELECT id FROM item WHERE kind = $1 AND schema_name = $2 AND object_name = $3",
               "INSERT INTO item (kind, schema_name, object_name) VALUES ($1, $2, $3) RETURNING id",
               {static_cast<std::int64_t>(item.kind), item.schema_name, item.object_name});
}

std::int64_t fact_id(Database& database, std::string_view fact) {
  return id_of(database, "SELECT id FROM fact WHERE fact = $1",
               "INSERT INTO fact (fact) VALUES ($1) RETURNING id", {fact});
}

void end_item(Database& database, std::int64_t role, std::int64_t run, const StateItem& item) {
  database.run("UPDATE version SET to_run = $1 WHERE role_id = $2 AND to_run = $3 AND item_id = $4",
               {run, role, still_true, item_id(database, item)});
}

void begin_item(Database& database, std::int64_t role, std::int64_t run, const StateItem& item) {
  database.run(
      "INSERT INTO version (role_id, to_run, item_id, from_run, fact_id)"
      " VALUES ($1, $2, $3, $4, $5)",
      {role, still_true, item_id(database, item), run, fact_id(database, item.fact)});
}

std::vector<StateItem> items_from(Database& database, const char* sql,
                                  std::initializer_list<Parameter> parameters) {
  std::vector<StateItem> items;
  database.each(sql, parameters, [&](const Row& row) {
    items.push_back({static_cast<ItemKind>(row.integer(0)), row.text(1), row.text(2), row.text(3)});
  });
  std::sort(items.begin(), items.end());
  return items;
}

bool comes_first(const StateItem& a, const StateItem& b) {
  return std::tie(a.kind, a.schema_name, a.object_name) <
         std::tie(b.kind, b.schema_name, b.object_name);
}

}  // namespace

std::vector<StoredRole> roles_of(Database& database, std::int64_t connection) {
  std::vector<StoredRole> roles;
  database.each("SELECT id, name, is_login, digest FROM role WHERE connection_id = $1",
                {connection}, [&](const Row& row) {
                  roles.push_back({.id = row.integer(0),
                                   .name = row.text(1),
                                   .is_login = row.integer(2) != 0,
                                   .digest = row.text(3)});
                });
  return roles;
}

std::vector<StateItem> current_items(Database& database, std::int64_t role) {
  return items_from(database,
                    "SELECT kind, schema_name, object_name, fact FROM version"
                    " JOIN item ON item.id = item_id JOIN fact ON fact.id = fact_id"
                    " WHERE role_id = $1 AND to_run = $2",
                    {role, still_true});
}

std::vector<StateItem> items_at(Database& database, std::int64_t role, std::int64_t run) {
  return items_from(database,
                    "SELECT kind, schema_name, object_name, fact FROM version"
                    " JOIN item ON item.id = item_id JOIN fact ON fact.id = fact_id"
                    " WHERE role_id = $1 AND to_run > $2 AND from_run <= $2",
                    {role, run});
}

void replace_items(Database& database, std::int64_t role, std::int64_t run,
                   std::span<const StateItem> before, std::span<const StateItem> now) {
  auto old = before.begin();
  auto next = now.begin();
  while (old != before.end() || next != now.end()) {
    if (next == now.end() || (old != before.end() && comes_first(*old, *next))) {
      end_item(database, role, run, *old++);
    } else if (old == before.end() || comes_first(*next, *old)) {
      begin_item(database, role, run, *next++);
    } else {
      if (old->fact != next->fact) {
        end_item(database, role, run, *old);
        begin_item(database, role, run, *next);
      }
      ++old;
      ++next;
    }
  }
}

}  // namespace conncheck
