// One connection to a server, driven by libpq without blocking.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/report.hpp"
#include "agent/probe/blocking_calls.hpp"
#include "agent/probe/libpq.hpp"
#include "agent/probe/parameters.hpp"
#include "agent/probe/probe_watch.hpp"
#include "agent/probe/received_bytes.hpp"

namespace conncheck {

/// A row as text, nullopt is NULL; only for as long as it is looked at.
using Columns = std::vector<std::optional<std::string_view>>;

/// A statement and its parameters, all text; nullopt is NULL.
struct Statement {
  std::string sql;
  std::vector<std::optional<std::string>> values;
  /// Called for each row while it arrives. May be empty.
  std::function<void(const Columns& columns)> on_row;
};

/// A try to log in that ended without a session.
struct FailedTry {
  std::string message;  ///< libpq's
  Phase phase{};        ///< that it had come to
  bool encrypted = false;
  bool password_asked = false;  ///< and answered, if there was one
  bool timed_out = false;
  std::chrono::nanoseconds burned{0};  ///< of the CPU's time by what is left behind, timed out
  long certificate_fault = 0;          ///< OpenSSL's X509_V_ERR_…; 0: none was found
};

/// Told of a try after which libpq would make another one, with TLS or without; true: it may.
using MayTryAgain = std::function<bool(const FailedTry& failed)>;

/// Thrown when a server does not answer as the protocol or the question demands.
struct MalformedAnswer {
  std::string what;
};

/// The first error of a round trip.
struct StatementError {
  std::string sqlstate;  ///< empty: the connection broke
  std::string message;
  std::string hint;  ///< the server's own; often empty
};

/// Owns a PGconn and its socket's waits. All members must be used from one loop. Waiting calls end
/// with boost::system::system_error(operation_aborted) when they are cancelled; the link is then of
/// no more use. Destruction closes the connection at once. What libpq computes for a login, as long
/// as the server likes, is computed in `logins`.
class PostgresLink {
 public:
  PostgresLink(boost::asio::any_io_executor executor, BlockingCalls& logins, ProbeWatch& watch);

  /// Connects to one host, whose name has been resolved; `on_phase` hears connect, tls and login as
  /// they begin, `expiry` ends a wait for it. Returns the last try when it fails, nothing when the
  /// session is there. May be called again after a failure. Throws MalformedAnswer.
  boost::asio::awaitable<std::optional<FailedTry>> connect(
      const Parameters& parameters, std::function<void(Phase)> on_phase, MayTryAgain may_try_again,
      std::optional<std::chrono::steady_clock::time_point> expiry);

  /// Sends all statements in one go (pipeline mode, unnamed) and waits for all of their answers.
  /// After an error the server skips the rest. Throws MalformedAnswer.
  boost::asio::awaitable<std::optional<StatementError>> round_trip(
      const std::vector<Statement>& statements);

  /// Sends group after group of statements, as `next` gives them until it gives none, with a
  /// bounded number under way. An error ends its own group alone: `on_end` hears of each group, in
  /// order, and may stop it all by returning false; the link is then of no more use. Returns an
  /// error only if the connection broke. Throws MalformedAnswer.
  boost::asio::awaitable<std::optional<StatementError>> stream(
      std::function<std::optional<std::vector<Statement>>()> next,
      std::function<bool(const std::optional<StatementError>& error)> on_end);

  /// Says good-bye without waiting for an answer.
  void close();

  [[nodiscard]] PGconn* connection() const { return connection_.get(); }

  /// libpq's socket; -1 while there is none, and while another thread may change it.
  [[nodiscard]] int socket() const { return is_polled_beside_ ? -1 : PQsocket(connection_.get()); }

  /// The CPU time of a login that a connect() which timed out or was cancelled had to leave behind,
  /// as libpq computes what the server asks for; the connection has gone with it.
  [[nodiscard]] std::chrono::nanoseconds burned() const { return burned_; }

 private:
  void start(const Parameters& parameters);
  [[nodiscard]] std::string message_after(std::size_t told) const;
  boost::asio::awaitable<bool> poll_beside_the_loop(PostgresPollingStatusType& poll,
                                                    long& certificate_fault);
  void poll_portion(PostgresPollingStatusType& poll);
  void leave_behind(const std::shared_ptr<BlockingCalls::Call>& call, int socket);
  boost::asio::awaitable<bool> wait_to_connect(bool for_reading);
  enum class Readiness { read, either };
  boost::asio::awaitable<void> wait(Readiness readiness);
  boost::asio::awaitable<void> flush();
  boost::asio::awaitable<void> wait_for_result();
  PgResult next_result();
  bool consume_input();
  void forbid_more_than(std::uint64_t limit) const;
  bool send(const std::vector<Statement>& statements);
  boost::asio::awaitable<std::optional<StatementError>> answers(
      const std::vector<Statement>& statements);
  void leave_pipeline();
  [[nodiscard]] bool is_over() const {
    return is_ended_ || PQstatus(connection_.get()) == CONNECTION_BAD;
  }
  void take(PGresult* result, const std::vector<Statement>& statements, std::size_t current);
  [[nodiscard]] StatementError broken() const;

  boost::asio::any_io_executor executor_;
  BlockingCalls& logins_;
  ProbeWatch& watch_;
  std::shared_ptr<PGconn> connection_;
  /// The socket's double, once there is a session: until that breaks libpq opens no other socket.
  boost::asio::posix::stream_descriptor session_;
  std::chrono::nanoseconds burned_{0};
  /// The thread's CPU time when it last turned to answers: of a group, or after a wait for more.
  std::chrono::nanoseconds woken_{0};
  bool is_polled_beside_ = false;
  bool is_ended_ = false;  ///< by the other end, which has not closed its socket yet
  std::optional<std::chrono::steady_clock::time_point> expiry_;  ///< of waits to connect
  std::int64_t rows_ = 0;                                        ///< of this group of statements
  std::int64_t statement_rows_ = 0;                              ///< of the one that is answered
  ReceivedBytes received_;  ///< marked when the last result was complete
  bool has_read_ = true;    ///< since then
  Columns columns_;         ///< of the row that is looked at
};

}  // namespace conncheck
