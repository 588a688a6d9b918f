#include "agent/probe/postgres_link.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "agent/probe/certificate_fault.hpp"
#include "agent/probe/read_portion.hpp"
#include "agent/probe/tls_reading.hpp"

namespace asio = boost::asio;

namespace conncheck {
namespace {

// A server that never ends its login is stopped here. A login is a few kB; libpq's time for its
// parameters grows with the square of their number.
constexpr std::uint64_t max_login_bytes = 256UL * 1024;

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

/// In these states a poll computes what the server asks for (TLS, SCRAM), or talks to somebody else
/// (Kerberos).
bool may_take_long(ConnStatusType status) {
  return status == CONNECTION_SSL_STARTUP || status == CONNECTION_AWAITING_RESPONSE ||
         status == CONNECTION_GSS_STARTUP;
}

int duplicate(int descriptor) {
  const int own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  if (own < 0) {
    throw boost::system::system_error(errno, boost::system::system_category());
  }
  return own;
}

}  // namespace

PostgresLink::PostgresLink(asio::any_io_executor executor, BlockingCalls& logins, ProbeWatch& watch)
    : executor_(std::move(executor)), logins_(logins), watch_(watch), session_(executor_) {}

void PostgresLink::close() {
  session_.close();
  connection_.reset();
}

/// False: not before the connection attempt's expiry.
asio::awaitable<bool> PostgresLink::wait_to_connect(bool for_reading) {
  // libpq closes and reopens its socket as it pleases, often under the same number: a descriptor of
  // our own for each wait never refers to a socket that is gone.
  asio::posix::stream_descriptor descriptor(executor_, duplicate(PQsocket(connection_.get())));
  const auto event = for_reading ? asio::posix::stream_descriptor::wait_read
                                 : asio::posix::stream_descriptor::wait_write;
  watch_.waits();
  bool in_time = true;
  if (expiry_) {
    asio::steady_timer timer(executor_, *expiry_);
    auto both = asio::experimental::make_parallel_group(
        descriptor.async_wait(event, asio::deferred), timer.async_wait(asio::deferred));
    const auto first = asio::experimental::wait_for_one();
    const auto [order, waited, expired] = co_await both.async_wait(first, asio::use_awaitable);
    in_time = order[0] == 0 || expired;
  } else {
    co_await descriptor.async_wait(event, asio::use_awaitable);
  }
  watch_.is_heard();
  co_return in_time;
}

/// False: not before the connection attempt's expiry, and the connection has gone.
asio::awaitable<bool> PostgresLink::poll_beside_the_loop(PostgresPollingStatusType& poll,
                                                         long& certificate_fault) {
  struct Result {
    PostgresPollingStatusType poll = PGRES_POLLING_FAILED;
    long certificate_fault = 0;
  };
  const std::shared_ptr<PGconn> connection = connection_;
  // libpq may close its socket meanwhile, and its number may then be another's.
  asio::posix::stream_descriptor own(executor_, duplicate(PQsocket(connection.get())));
  const auto result = std::make_shared<Result>();
  const std::shared_ptr<BlockingCalls::Call> call = logins_.start([connection, result] {
    static_cast<void>(take_certificate_fault());  // another connection's
    result->poll = PQconnectPoll(connection.get());
    result->certificate_fault = take_certificate_fault();
  });
  watch_.waits();
  is_polled_beside_ = true;
  const auto expiry = expiry_.value_or(std::chrono::steady_clock::time_point::max());
  bool in_time = false;
  try {
    const bool ended = co_await BlockingCalls::wait_until(call, expiry);
    in_time = ended;
  } catch (...) {
    leave_behind(call, own.native_handle());
    throw;
  }
  if (!in_time) {
    leave_behind(call, own.native_handle());
    co_return false;
  }
  is_polled_beside_ = false;
  watch_.is_heard();
  poll = result->poll;
  certificate_fault = result->certificate_fault;
  co_return true;
}

/// Throws when the server's parameters are too many, which come after its consent.
void PostgresLink::poll_portion(PostgresPollingStatusType& poll) {
  const bool has_consented = PQstatus(connection_.get()) == CONNECTION_AUTH_OK;
  const std::chrono::nanoseconds began = thread_cpu_time();
  const ReadPortion portion;
  poll = PQconnectPoll(connection_.get());
  if (has_consented && thread_cpu_time() - began > max_for_portion) {
    throw MalformedAnswer{costly_portion};
  }
}

/// The connection is the call's from now on.
void PostgresLink::leave_behind(const std::shared_ptr<BlockingCalls::Call>& call, int socket) {
  is_polled_beside_ = false;
  burned_ = logins_.burned(*call);
  logins_.abandon(call);
  shutdown(socket, SHUT_RDWR);
  connection_.reset();
}

void PostgresLink::start(const Parameters& parameters) {
  session_.close();
  const Keywords pairs = keywords(parameters);
  connection_ = {PQconnectStartParams(pairs.names.data(), pairs.values.data(), 0),
                 ConnectionCloser()};
  if (!connection_) {
    throw std::bad_alloc();
  }
  PQsetErrorVerbosity(connection_.get(), PQERRORS_VERBOSE);
  PQsetNoticeReceiver(connection_.get(), ignore_notice, nullptr);
  received_ = {};
  has_read_ = true;
  is_ended_ = false;
  burned_ = {};
}

asio::awaitable<std::optional<FailedTry>> PostgresLink::connect(
    const Parameters& parameters, std::function<void(Phase)> on_phase, MayTryAgain may_try_again,
    std::optional<std::chrono::steady_clock::time_point> expiry) {
  start(parameters);
  expiry_ = expiry;
  FailedTry current{{}, Phase::connect};
  std::size_t told = 0;  // of libpq's message, which grows from try to try
  PostgresPollingStatusType poll = PGRES_POLLING_WRITING;
  if (PQstatus(connection_.get()) == CONNECTION_BAD) {
    poll = PGRES_POLLING_FAILED;
  }
  while (poll != PGRES_POLLING_OK && poll != PGRES_POLLING_FAILED) {
    const bool in_time = co_await wait_to_connect(poll == PGRES_POLLING_READING);
    if (!in_time) {
      current.timed_out = true;
      break;
    }
    if (may_take_long(PQstatus(connection_.get()))) {
      const bool polled = co_await poll_beside_the_loop(poll, current.certificate_fault);
      if (!polled) {
        current.timed_out = true;
        current.burned = burned_;
        co_return current;
      }
    } else {
      poll_portion(poll);
    }
    forbid_more_than(max_login_bytes);
    const Phase reached = phase_of(PQstatus(connection_.get()), current.phase);
    if (reached < current.phase) {  // libpq has given up that try, and begun another
      current.message = message_after(told);
      told += current.message.size();
      if (!may_try_again(current)) {
        co_return current;
      }
      current = {{}, reached};
      on_phase(reached);
    } else if (reached != current.phase) {
      current.phase = reached;
      on_phase(reached);
    }
    if (!current.encrypted && PQsslInUse(connection_.get()) != 0) {
      current.encrypted = true;  // libpq returns here before it reads anything else
      bound_tls_reading(connection_.get());
    }
    current.password_asked =
        current.password_asked || PQconnectionUsedPassword(connection_.get()) != 0;
  }
  expiry_.reset();
  if (poll == PGRES_POLLING_OK) {
    session_.assign(duplicate(PQsocket(connection_.get())));
    co_return std::nullopt;
  }
  current.message = message_after(told);
  co_return current;
}

/// What libpq has said since it had said so many bytes.
std::string PostgresLink::message_after(std::size_t told) const {
  const std::string message = PQerrorMessage(connection_.get());
  return message.substr(std::min(told, message.size()));
}

/// Throws when more than `limit` bytes have come since the last result was complete.
void PostgresLink::forbid_more_than(std::uint64_t limit) const {
  // After libpq has opened another socket the count starts anew.
  if (received_.since_mark(PQsocket(connection_.get())) > limit) {
    throw MalformedAnswer{"the server sends a message that is larger than any answer can be"};
  }
}

}  // namespace conncheck
