#include "agent/store/database.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <array>
#include <unordered_map>

namespace conncheck {
namespace {

// How long another process may hold the lock before that is told; this thread has time.
constexpr int lock_wait_ms = 1000;

// NORMAL: in WAL mode a process that is killed loses nothing that was committed; a machine that
// loses its power may lose the last commits, and is never left with half of one.
constexpr const char* writing_pragmas =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = NORMAL;"
    "PRAGMA journal_size_limit = 16777216;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -8192;";

StoreTrouble trouble_of(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StoreTrouble::locked;
    case SQLITE_FULL:
      return StoreTrouble::full;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return StoreTrouble::read_only;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return StoreTrouble::damaged;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
    case SQLITE_NOLFS:
    case SQLITE_PROTOCOL:
      return StoreTrouble::unreachable;
    default:
      return StoreTrouble::rejected;
  }
}

template <class Body>
auto translated(Body body) {
  try {
    return body();
  } catch (const SQLite::Exception& error) {
    throw StoreError(trouble_of(error.getErrorCode()), error.what());
  }
}

class SqliteRow : public Row {
 public:
  explicit SqliteRow(SQLite::Statement& statement) : statement_(statement) {}
  [[nodiscard]] bool is_null(int column) const override {
    return statement_.getColumn(column).isNull();
  }
  [[nodiscard]] std::int64_t integer(int column) const override {
    return statement_.getColumn(column).getInt64();
  }
  [[nodiscard]] std::string text(int column) const override {
    return statement_.getColumn(column).getString();
  }

 private:
  SQLite::Statement& statement_;
};

// SQLite numbers $1 by its first mention, Postgres by its name: so they are bound by name.
constexpr std::array<const char*, 16> names = {"$1",  "$2",  "$3",  "$4",  "$5",  "$6",
                                               "$7",  "$8",  "$9",  "$10", "$11", "$12",
                                               "$13", "$14", "$15", "$16"};

void bind(SQLite::Statement& statement, const char* name, const Parameter& parameter) {
  if (std::holds_alternative<std::nullptr_t>(parameter)) {
    statement.bind(name);
  } else if (const auto* number = std::get_if<std::int64_t>(&parameter)) {
    statement.bind(name, *number);
  } else if (const auto* text = std::get_if<std::string_view>(&parameter)) {
    statement.bind(name, std::string(*text));
  } else {
    const Blob& blob = std::get<Blob>(parameter);
    statement.bind(name, blob.bytes.data(), static_cast<int>(blob.bytes.size()));
  }
}

/// A statement that was run is given back as it was, also where it failed.
class Use {
 public:
  explicit Use(SQLite::Statement& statement) : statement_(statement) {}
  ~Use() { statement_.tryReset(); }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

 private:
  SQLite::Statement& statement_;
};

}  // namespace

class Database::Connection {
 public:
  Connection(const std::filesystem::path& file, OpenMode mode)
      : file_(file),
        database_(file,
                  mode == OpenMode::write ? SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE
                                          : SQLite::OPEN_READONLY,
                  lock_wait_ms) {
    if (mode == OpenMode::write) {
      database_.exec(writing_pragmas);
      // Whoever may read the file, but not write its directory, needs the WAL's files to be there.
      int persistent = 1;
      sqlite3_file_control(database_.getHandle(), "main", SQLITE_FCNTL_PERSIST_WAL, &persistent);
    }
    ::stat(file_.c_str(), &opened_);
  }

  SQLite::Statement& statement(const char* sql) {
    auto found = statements_.find(sql);
    if (found == statements_.end()) {
      found = statements_.try_emplace(sql, database_, sql).first;
    }
    return found->second;
  }

  SQLite::Database& database() { return database_; }

  [[nodiscard]] bool is_in_place() const {
    struct stat now {};
    return ::stat(file_.c_str(), &now) == 0 && now.st_ino == opened_.st_ino &&
           now.st_dev == opened_.st_dev;
  }

 private:
  std::filesystem::path file_;
  SQLite::Database database_;
  struct stat opened_ {};
  std::unordered_map<const char*, SQLite::Statement> statements_;  ///< by the literal's address
};

Database::Database(const std::filesystem::path& file, OpenMode mode)
    : connection_(translated([&] { return std::make_unique<Connection>(file, mode); })) {}

Database::~Database() = default;

void Database::each(const char* sql, std::initializer_list<Parameter> parameters,
                    const std::function<void(const Row&)>& visit) {
  translated([&] {
    SQLite::Statement& statement = connection_->statement(sql);
    const Use use(statement);
    std::size_t index = 0;
    for (const Parameter& parameter : parameters) {
      bind(statement, names.at(index++), parameter);
    }
    const SqliteRow row(statement);
    while (statement.executeStep()) {
      visit(row);
    }
  });
}

void Database::run(const char* sql, std::initializer_list<Parameter> parameters) {
  each(sql, parameters, [](const Row&) {});
}

std::optional<std::int64_t> Database::integer(const char* sql,
                                              std::initializer_list<Parameter> parameters) {
  std::optional<std::int64_t> result;
  each(sql, parameters, [&](const Row& row) {
    if (!result && !row.is_null(0)) {
      result = row.integer(0);
    }
  });
  return result;
}

void Database::run_script(const std::string& sql) {
  translated([&] { connection_->database().exec(sql); });
}

void Database::in_transaction(const std::function<void()>& body) {
  translated([&] {
    SQLite::Transaction transaction(connection_->database(),
                                    SQLite::TransactionBehavior::IMMEDIATE);
    body();
    transaction.commit();
  });
}

bool Database::is_in_place() const { return connection_->is_in_place(); }

}  // namespace conncheck
