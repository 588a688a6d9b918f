// SQLite, behind the little that the store needs of a database: statements with parameters, rows,
// transactions. The statements are such that Postgres takes them, too ($1, RETURNING, ON CONFLICT).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "agent/store/trouble.hpp"

namespace conncheck {

/// Bytes, as opposed to text.
struct Blob {
  std::string_view bytes;
};

using Parameter = std::variant<std::nullptr_t, std::int64_t, std::string_view, Blob>;

/// A row of an answer; columns are numbered from 0. Valid in the call that it is handed to.
class Row {
 public:
  virtual ~Row() = default;
  [[nodiscard]] virtual bool is_null(int column) const = 0;
  [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
  [[nodiscard]] virtual std::string text(int column) const = 0;  ///< of a Blob too
};

enum class OpenMode { write, read };

/// Of one thread at a time. Everything throws StoreError.
class Database {
 public:
  /// `write` creates the file where there is none (not its directory).
  Database(const std::filesystem::path& file, OpenMode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// `sql` is one statement, a literal: it is prepared once. Parameters are $1, $2, … up to
  /// $16, each mentioned at least once.
  void each(const char* sql, std::initializer_list<Parameter> parameters,
            const std::function<void(const Row&)>& visit);
  void run(const char* sql, std::initializer_list<Parameter> parameters = {});
  /// The first column of the first row.
  [[nodiscard]] std::optional<std::int64_t> integer(
      const char* sql, std::initializer_list<Parameter> parameters = {});

  /// Several statements, without parameters.
  void run_script(const std::string& sql);

  /// Calls `body` in a transaction that writes from its beginning: all of it, or nothing.
  void in_transaction(const std::function<void()>& body);

  /// The file that was opened is the one that its path still names.
  [[nodiscard]] bool is_in_place() const;

 private:
  class Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace conncheck
