#include "agent/probe/postgres_link.hpp"

#include <unistd.h>

#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace asio = boost::asio;

namespace conncheck {
namespace {

// More rows than any catalog has; a server that never ends its rows is stopped here.
constexpr std::int64_t max_rows = 4'000'000;

struct Keywords {
  std::vector<const char*> names;
  std::vector<const char*> values;
};

Keywords keywords(const Parameters& parameters) {
  Keywords result;
  for (const auto& [name, value] : parameters) {
    result.names.push_back(name.c_str());
    result.values.push_back(value.c_str());
  }
  result.names.push_back(nullptr);
  result.values.push_back(nullptr);
  return result;
}

void ignore_notice(void*, const PGresult*) {}

Phase phase_of(ConnStatusType status, Phase current) {
  switch (status) {
    case CONNECTION_STARTED:
    case CONNECTION_NEEDED:
      return Phase::connect;
    case CONNECTION_SSL_STARTUP:
      return Phase::tls;
    case CONNECTION_AWAITING_RESPONSE:
    case CONNECTION_AUTH_OK:
    case CONNECTION_CHECK_WRITABLE:
    case CONNECTION_CHECK_STANDBY:
      return Phase::login;
    default:
      return current;
  }
}

std::vector<std::optional<std::string>> row_of(const PGresult* result) {
  std::vector<std::optional<std::string>> columns(static_cast<std::size_t>(PQnfields(result)));
  for (int column = 0; column < PQnfields(result); ++column) {
    if (PQgetisnull(result, 0, column) == 0) {
      columns[static_cast<std::size_t>(column)].emplace(
          PQgetvalue(result, 0, column), static_cast<std::size_t>(PQgetlength(result, 0, column)));
    }
  }
  return columns;
}

}  // namespace

PostgresLink::PostgresLink(asio::any_io_executor executor) : executor_(std::move(executor)) {}

void PostgresLink::close() { connection_.reset(); }

asio::awaitable<void> PostgresLink::wait(Readiness readiness) {
  // libpq closes and reopens its socket as it pleases, often under the same number: a descriptor of
  // our own for each wait never refers to a socket that is gone.
  asio::posix::stream_descriptor descriptor(executor_, dup(PQsocket(connection_.get())));
  if (readiness == Readiness::either) {
    auto both = asio::experimental::make_parallel_group(
        descriptor.async_wait(asio::posix::stream_descriptor::wait_read, asio::deferred),
        descriptor.async_wait(asio::posix::stream_descriptor::wait_write, asio::deferred));
    const auto first = asio::experimental::wait_for_one();
    co_await both.async_wait(first, asio::use_awaitable);
  } else {
    const auto event = readiness == Readiness::read ? asio::posix::stream_descriptor::wait_read
                                                    : asio::posix::stream_descriptor::wait_write;
    co_await descriptor.async_wait(event, asio::use_awaitable);
  }
}

asio::awaitable<std::optional<std::string>> PostgresLink::connect(
    const Parameters& parameters, std::function<void(Phase)> on_phase) {
  const Keywords pairs = keywords(parameters);
  connection_.reset(PQconnectStartParams(pairs.names.data(), pairs.values.data(), 0));
  if (!connection_) {
    throw std::bad_alloc();
  }
  PQsetErrorVerbosity(connection_.get(), PQERRORS_VERBOSE);
  PQsetNoticeReceiver(connection_.get(), ignore_notice, nullptr);
  Phase phase = Phase::connect;
  PostgresPollingStatusType poll = PGRES_POLLING_WRITING;
  if (PQstatus(connection_.get()) == CONNECTION_BAD) {
    poll = PGRES_POLLING_FAILED;
  }
  while (poll != PGRES_POLLING_OK && poll != PGRES_POLLING_FAILED) {
    const Readiness readiness = poll == PGRES_POLLING_READING ? Readiness::read : Readiness::write;
    co_await wait(readiness);
    poll = PQconnectPoll(connection_.get());
    const Phase reached = phase_of(PQstatus(connection_.get()), phase);
    if (reached != phase) {
      phase = reached;
      on_phase(phase);
    }
  }
  if (poll == PGRES_POLLING_FAILED) {
    co_return std::string(PQerrorMessage(connection_.get()));
  }
  co_return std::nullopt;
}

asio::awaitable<void> PostgresLink::flush() {
  int pending = PQflush(connection_.get());
  while (pending == 1) {
    co_await wait(Readiness::either);
    PQconsumeInput(connection_.get());  // an answer must not block what we still have to send
    pending = PQflush(connection_.get());
  }
}

asio::awaitable<PgResult> PostgresLink::next_result() {
  bool busy = PQisBusy(connection_.get()) != 0;
  while (busy) {
    co_await wait(Readiness::read);
    if (PQconsumeInput(connection_.get()) == 0) {
      break;  // PQgetResult tells why
    }
    busy = PQisBusy(connection_.get()) != 0;
  }
  co_return PgResult(PQgetResult(connection_.get()));
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

StatementError PostgresLink::broken() const { return {{}, PQerrorMessage(connection_.get())}; }

asio::awaitable<std::optional<StatementError>> PostgresLink::round_trip(
    const std::vector<Statement>& statements) {
  PQsetnonblocking(connection_.get(), 1);
  if (PQenterPipelineMode(connection_.get()) == 0 || !send(statements)) {
    co_return broken();
  }
  co_await flush();
  std::optional<StatementError> error;
  std::size_t current = 0;
  std::int64_t rows = 0;
  bool synchronized = false;
  if (!statements.empty()) {
    PQsetSingleRowMode(connection_.get());
  }
  while (!synchronized) {
    const PgResult result = co_await next_result();
    if (!result) {  // the end of one statement's results
      if (PQstatus(connection_.get()) == CONNECTION_BAD) {
        co_return broken();
      }
      ++current;
      if (current < statements.size()) {
        PQsetSingleRowMode(connection_.get());
      }
      continue;
    }
    switch (PQresultStatus(result.get())) {
      case PGRES_SINGLE_TUPLE:
        if (++rows > max_rows) {
          co_return StatementError{{}, "the server sent more rows than any catalog has"};
        }
        if (statements[current].on_row) {
          statements[current].on_row(row_of(result.get()));
        }
        break;
      case PGRES_PIPELINE_SYNC:
        synchronized = true;
        break;
      case PGRES_FATAL_ERROR: {
        const char* sqlstate = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
        const char* primary = PQresultErrorField(result.get(), PG_DIAG_MESSAGE_PRIMARY);
        if (!error) {
          error = StatementError{sqlstate ? sqlstate : "",
                                 primary ? primary : PQresultErrorMessage(result.get())};
        }
        if (PQstatus(connection_.get()) == CONNECTION_BAD) {
          co_return error;
        }
        break;
      }
      default:
        break;
    }
  }
  PQexitPipelineMode(connection_.get());
  co_return error;
}

Expanded expand(const Parameters& parameters) {
  // A value that libpq refuses makes it stop after it has read the service file and filled in the
  // defaults, before it opens a socket or looks up a name.
  Parameters stopped = parameters;
  stopped["target_session_attrs"] = "stop-before-connecting";
  const Keywords pairs = keywords(stopped);
  const PgConnection connection(PQconnectStartParams(pairs.names.data(), pairs.values.data(), 0));
  const PgOptions options(PQconninfo(connection.get()));
  Expanded expanded;
  for (const PQconninfoOption* option = options.get(); option && option->keyword; ++option) {
    if (option->val && *option->val != '\0') {
      expanded.parameters[option->keyword] = option->val;
    }
  }
  const auto asked = parameters.find("target_session_attrs");
  expanded.parameters.erase("target_session_attrs");
  if (asked != parameters.end()) {
    expanded.parameters["target_session_attrs"] = asked->second;
  }
  if (std::string_view(PQerrorMessage(connection.get())).find("stop-before-connecting") ==
      std::string_view::npos) {
    expanded.error = PQerrorMessage(connection.get());
  }
  return expanded;
}

}  // namespace conncheck
