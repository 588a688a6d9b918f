// What is asked over a connection that is there: statements in pipeline mode, and their answers.
#include <algorithm>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <deque>
#include <utility>

#include "agent/probe/postgres_link.hpp"
#include "agent/probe/read_portion.hpp"

namespace asio = boost::asio;

namespace conncheck {
namespace {

// A server that never ends its rows, or a message, is stopped here.
constexpr std::int64_t max_rows = 4'000'000;
constexpr std::uint64_t max_result_bytes = 32UL * 1024 * 1024;

constexpr const char* more_than_asked = "the server answers more than was asked";

// What may be under way in a stream. Answers are read while statements are sent, so neither side
// waits for the other; this bounds what both keep in memory, and is enough for a distant server.
constexpr std::size_t max_groups = 512;
constexpr std::size_t max_group_bytes = 512UL * 1024;

void read_row(const PGresult* result, int row, Columns& columns) {
  columns.assign(static_cast<std::size_t>(PQnfields(result)), std::nullopt);
  for (int column = 0; column < PQnfields(result); ++column) {
    const int length = PQgetlength(result, row, column);  // of a NULL: 0
    if (length > 0 || PQgetisnull(result, row, column) == 0) {
      columns[static_cast<std::size_t>(column)].emplace(PQgetvalue(result, row, column),
                                                        static_cast<std::size_t>(length));
    }
  }
}

bool is_sqlstate(std::string_view text) {
  return text.size() == 5 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
         });
}

/// Whether so many rows have come as the server says that it has sent. Not every server says it.
bool is_complete(PGresult* result, std::int64_t rows) {
  const std::string_view said = PQcmdTuples(result);
  std::int64_t count = rows;
  std::from_chars(said.data(), said.data() + said.size(), count);
  return count == rows;
}

std::size_t size_of(const std::vector<Statement>& statements) {
  std::size_t size = 0;
  for (const Statement& statement : statements) {
    size += statement.sql.size();
  }
  return size;
}

/// An error that a statement came to. A connection that broke has no SQLSTATE.
StatementError error_of(const PGresult* result, ConnStatusType status) {
  const char* sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const char* hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
  StatementError error{sqlstate ? sqlstate : "", primary ? primary : PQresultErrorMessage(result),
                       hint ? hint : ""};
  if (!is_sqlstate(error.sqlstate)) {
    if (status != CONNECTION_BAD) {
      throw MalformedAnswer{error.message};  // libpq's own complaint, or an error without a code
    }
    error.sqlstate.clear();
  }
  return error;
}

}  // namespace

/// Reads what is there; false: the connection broke.
bool PostgresLink::consume_input() {
  const ReadPortion portion;
  if (PQconsumeInput(connection_.get()) == 0) {
    return false;
  }
  has_read_ = true;
  forbid_more_than(max_result_bytes);
  return true;
}

asio::awaitable<void> PostgresLink::wait(Readiness readiness) {
  using Descriptor = asio::posix::stream_descriptor;
  watch_.waits();
  if (readiness == Readiness::either) {
    auto both = asio::experimental::make_parallel_group(
        session_.async_wait(Descriptor::wait_read, asio::deferred),
        session_.async_wait(Descriptor::wait_write, asio::deferred));
    const auto first = asio::experimental::wait_for_one();
    co_await both.async_wait(first, asio::use_awaitable);
  } else {
    co_await session_.async_wait(Descriptor::wait_read, asio::use_awaitable);
  }
  watch_.is_heard();
  woken_ = thread_cpu_time();
}

asio::awaitable<void> PostgresLink::flush() {
  int pending = PQflush(connection_.get());
  while (pending == 1) {
    co_await wait(Readiness::either);
    consume_input();  // an answer must not block what we still have to send
    pending = PQflush(connection_.get());
  }
}

/// Until one is there whole, or the connection has broken.
asio::awaitable<void> PostgresLink::wait_for_result() {
  bool busy = PQisBusy(connection_.get()) != 0;
  while (busy) {
    if (thread_cpu_time() - woken_ > max_for_portion) {
      throw MalformedAnswer{costly_portion};
    }
    co_await wait(Readiness::read);
    if (!consume_input()) {
      break;  // PQgetResult tells why
    }
    busy = PQisBusy(connection_.get()) != 0;
    while (PGnotify* notification = PQnotifies(connection_.get())) {
      PQfreemem(notification);  // nobody has asked for any: libpq would keep them all
    }
  }
}

PgResult PostgresLink::next_result() {
  PgResult result(PQgetResult(connection_.get()));
  if (has_read_) {  // system calls, which would cost more than a row that is there already
    received_.mark(PQsocket(connection_.get()));
    has_read_ = false;
  }
  return result;
}

bool PostgresLink::send(const std::vector<Statement>& statements) {
  for (const Statement& statement : statements) {
    std::vector<const char*> values;
    for (const auto& value : statement.values) {
      values.push_back(value ? value->c_str() : nullptr);
    }
    if (PQsendQueryParams(connection_.get(), statement.sql.c_str(), static_cast<int>(values.size()),
                          nullptr, values.data(), nullptr, nullptr, 0) == 0) {
      return false;
    }
  }
  return PQpipelineSync(connection_.get()) == 1;
}

StatementError PostgresLink::broken() const { return {{}, PQerrorMessage(connection_.get()), {}}; }

asio::awaitable<std::optional<StatementError>> PostgresLink::round_trip(
    const std::vector<Statement>& statements) {
  PQsetnonblocking(connection_.get(), 1);
  if (PQenterPipelineMode(connection_.get()) == 0 || !send(statements)) {
    co_return broken();
  }
  co_await flush();
  std::optional<StatementError> error = co_await answers(statements);
  if (is_over()) {
    co_return error;
  }
  leave_pipeline();
  co_return error;
}

asio::awaitable<std::optional<StatementError>> PostgresLink::stream(
    std::function<std::optional<std::vector<Statement>>()> next,
    std::function<bool(const std::optional<StatementError>&)> on_end) {
  PQsetnonblocking(connection_.get(), 1);
  if (PQenterPipelineMode(connection_.get()) == 0) {
    co_return broken();
  }
  std::deque<std::vector<Statement>> under_way;
  std::size_t bytes = 0;
  bool more = true;
  while (more || !under_way.empty()) {
    // Refilled at half, so that what is sent goes in few packets.
    if (more && under_way.size() <= max_groups / 2 && bytes <= max_group_bytes / 2) {
      while (more && under_way.size() < max_groups && bytes < max_group_bytes) {
        std::optional<std::vector<Statement>> group = next();
        more = group.has_value();
        if (group && !send(*group)) {
          co_return broken();
        }
        if (group) {
          bytes += size_of(*group);
          under_way.push_back(std::move(*group));
        }
      }
      co_await flush();
    }
    if (under_way.empty()) {
      break;
    }
    const std::optional<StatementError> error = co_await answers(under_way.front());
    if (is_over()) {
      co_return error ? error : broken();
    }
    bytes -= size_of(under_way.front());
    under_way.pop_front();
    if (!on_end(error)) {
      co_return std::nullopt;
    }
  }
  leave_pipeline();
  co_return std::nullopt;
}

void PostgresLink::leave_pipeline() {
  if (PQexitPipelineMode(connection_.get()) == 0) {
    throw MalformedAnswer{"the server ends its answers before all are given"};
  }
}

/// Reads the answers to one group, up to its end. The first error; where the connection broke,
/// that.
asio::awaitable<std::optional<StatementError>> PostgresLink::answers(
    const std::vector<Statement>& statements) {
  std::optional<StatementError> error;
  std::size_t current = 0;
  rows_ = 0;
  statement_rows_ = 0;
  woken_ = thread_cpu_time();  // to make and send statements is no cost of the server's words
  PQsetSingleRowMode(connection_.get());
  while (true) {
    if (PQisBusy(connection_.get()) != 0) {  // else, with a row for each result, not worth the way
      co_await wait_for_result();
    }
    const PgResult result = next_result();
    const ConnStatusType status = PQstatus(connection_.get());
    if (!result && status == CONNECTION_BAD) {
      co_return broken();
    }
    if (!result) {  // the end of one statement's results
      statement_rows_ = 0;
      if (++current > statements.size() && error) {
        // A pooler that lost its server passes on the server's last words and adds its own.
        is_ended_ = true;
        co_return error;
      }
      if (current > statements.size()) {
        throw MalformedAnswer{more_than_asked};
      }
      PQsetSingleRowMode(connection_.get());
      continue;
    }
    const ExecStatusType kind = PQresultStatus(result.get());
    if (kind == PGRES_PIPELINE_SYNC) {
      break;
    }
    if (kind == PGRES_FATAL_ERROR) {
      const StatementError found = error_of(result.get(), status);
      if (!error) {
        error = found;
      }
      if (status == CONNECTION_BAD) {
        co_return error;
      }
      continue;
    }
    take(result.get(), statements, current);
  }
  co_return error;
}

/// One result that is no error: rows go to the statement that asked for them.
void PostgresLink::take(PGresult* result, const std::vector<Statement>& statements,
                        std::size_t current) {
  if (current >= statements.size()) {
    throw MalformedAnswer{more_than_asked};
  }
  switch (PQresultStatus(result)) {
    case PGRES_SINGLE_TUPLE:
    case PGRES_TUPLES_OK:
      break;
    case PGRES_COMMAND_OK:
      if (statements.at(current).on_row) {
        throw MalformedAnswer{"the server gives no rows where it was asked for some"};
      }
      return;
    case PGRES_PIPELINE_ABORTED:
      return;
    default:  // a COPY would be reported again and again
      throw MalformedAnswer{"the server gives an answer of another kind than was asked for"};
  }
  rows_ += PQntuples(result);
  statement_rows_ += PQntuples(result);
  if (PQresultStatus(result) == PGRES_TUPLES_OK && !is_complete(result, statement_rows_)) {
    throw MalformedAnswer{"the server says that it has sent another number of rows than came"};
  }
  if (rows_ > max_rows) {
    throw MalformedAnswer{"the server sends more rows than any catalog has"};
  }
  for (int row = 0; row < PQntuples(result); ++row) {
    const auto& on_row = statements.at(current).on_row;
    if (on_row) {
      read_row(result, row, columns_);
      on_row(columns_);
    }
  }
}

}  // namespace conncheck
