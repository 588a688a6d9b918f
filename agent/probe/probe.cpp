#include "agent/probe/probe.hpp"

#include <fmt/format.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "agent/core/failure.hpp"
#include "agent/core/libpq_wording.hpp"
#include "agent/core/provider_hint.hpp"
#include "agent/probe/endpoints.hpp"
#include "agent/probe/interrogation.hpp"
#include "agent/probe/login.hpp"
#include "agent/probe/password.hpp"
#include "agent/probe/phase_clock.hpp"
#include "agent/probe/presentable.hpp"
#include "agent/probe/rows.hpp"
#include "agent/probe/tls_files.hpp"
#include "agent/probe/tunnel.hpp"
#include "agent/probe/tunnel_targets.hpp"

namespace asio = boost::asio;

namespace conncheck {
namespace {

using Clock = PhaseClock::Clock;

constexpr std::chrono::milliseconds tolerated_lateness{100};

// More than one login computed at a time is not faster: OpenSSL's locks.
constexpr BlockingCalls::Limits login_limits{1, std::chrono::milliseconds(50), 64};

std::string value_of(const Parameters& parameters, const char* keyword,
                     std::string otherwise = {}) {
  const auto found = parameters.find(keyword);
  return found == parameters.end() || found->second.empty() ? std::move(otherwise) : found->second;
}

/// A probe under way. Keeps itself alive by the completion handlers that hold it.
class Probe : public std::enable_shared_from_this<Probe> {
 public:
  Probe(asio::any_io_executor executor, ProbeResources& resources,
        std::shared_ptr<const Connection> connection, ProbeOptions options,
        std::shared_ptr<ProbeWatch> watch, std::function<void(Observation)> done)
      : executor_(executor),
        resolver_(resources.resolver),
        connection_(std::move(connection)),
        options_(std::move(options)),
        watch_(std::move(watch)),
        done_(std::move(done)),
        link_(executor, resources.logins, *watch_),
        deadline_(executor) {}

  void start() {
    observation_.started_at = std::chrono::system_clock::now();
    deadline_.expires_at(clock_.started() + connection_->timeout);
    wait_for_deadline();
    asio::co_spawn(executor_, run(),
                   asio::bind_cancellation_slot(
                       stop_.slot(), [self = shared_from_this()](std::exception_ptr failure) {
                         self->finish(failure);
                       }));
  }

 private:
  void wait_for_deadline() {
    deadline_.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (error) {
        return;
      }
      // Who is late is this process, which had no CPU or was busy: the server may have answered.
      const auto late = Clock::now() - self->deadline_.expiry();
      if (late > tolerated_lateness && !self->was_late_) {
        self->was_late_ = true;
        self->deadline_.expires_after(std::min<Clock::duration>(late, self->connection_->timeout));
        self->wait_for_deadline();
        return;
      }
      self->timed_out_ = true;
      self->stop_.emit(asio::cancellation_type::terminal);
    });
  }

  asio::awaitable<void> run() {
    const bool prepared = co_await prepare();
    if (!prepared) {
      co_return;
    }
    const bool connected = co_await connect();
    if (!connected) {
      co_return;
    }
    enter(Phase::query);
    co_await interrogate(
        link_, options_, [this] { return time_left(); }, observation_);
    if (observation_.session) {
      describe_session(*observation_.session);
    }
  }

  /// Password, service file, tunnel: everything before the hosts are tried.
  asio::awaitable<bool> prepare() {
    reading_password_ = true;
    const PasswordResult password = co_await read_password(executor_, connection_->password);
    reading_password_ = false;
    if (!password.error.empty()) {
      fail(config_failure(password.error, password.hint));
      co_return false;
    }
    Parameters asked(connection_->parameters.begin(), connection_->parameters.end());
    for (const auto& [keyword, secret] : connection_->secret_parameters) {
      asked[keyword] = secret.reveal();
      secrets_.push_back(secret);
    }
    Expanded expanded = expand(asked);
    parameters_ = std::move(expanded.parameters);
    if (password.password) {
      parameters_["password"] = password.password->reveal();
    }
    secrets_.emplace_back(value_of(parameters_, "password"));
    describe_attempt();
    if (!expanded.error.empty()) {
      fail(config_failure(first_line(expanded.error), "correct the connection's definition"));
      co_return false;
    }
    if (std::optional<Failure> missing = missing_tls_file(parameters_)) {
      fail(std::move(*missing));
      co_return false;
    }
    if (connection_->tunnel) {
      const bool open = co_await open_tunnel();
      co_return open;
    }
    co_return true;
  }

  /// Names are looked up by the bastion then, and libpq connects to ports of this machine.
  asio::awaitable<bool> open_tunnel() {
    TunnelTargets targets = tunnel_targets(parameters_);
    if (targets.failure) {
      fail(std::move(*targets.failure));
      co_return false;
    }
    enter(Phase::tunnel);
    tunnel_ = std::make_unique<SshTunnel>(executor_, *connection_->tunnel);
    std::function<std::chrono::milliseconds()> left = [this] { return time_left(); };
    std::optional<Failure> failure = co_await tunnel_->open(targets.endpoints, left);
    if (!failure) {
      enter(Phase::connect);
      failure = co_await tunnel_->reach();
    }
    if (failure) {
      fail(std::move(*failure));
      co_return false;
    }
    set_endpoints(tunnel_->local_endpoints(), parameters_);
    tunnel_->admit([this] { return link_.socket(); }, [this] { enter(reached_); });
    co_return true;
  }

  asio::awaitable<bool> connect() {
    parameters_.erase("service");  // read already
    parameters_["application_name"] = "conncheck";
    parameters_["client_encoding"] = "UTF8";
    if (!connection_->parameters.contains("gssencmode")) {
      parameters_["gssencmode"] = "disable";  // libpq would try Kerberos first
    }
    LoginRequest request{std::move(parameters_), attempt_,
                         [this](const Endpoint& endpoint) { return shown(endpoint); },
                         [this] { return time_left(); }, [this](Phase phase) { reach(phase); }};
    LoginResult result = co_await log_in(link_, resolver_, std::move(request));
    if (result.failure) {
      fail(std::move(*result.failure));
      co_return false;
    }
    if (result.tls_failure) {
      observation_.tls_failure = std::move(result.tls_failure->message);
    }
    const std::string& asked = attempt_.sslmode;
    const bool encryption_asked = asked == "require" || asked.starts_with("verify-");
    if (encryption_asked && PQsslInUse(link_.connection()) == 0) {
      fail(without_tls_failure(asked, false));
      co_return false;
    }
    observation_.connected = true;
    co_return true;
  }

  void describe_attempt() {
    attempt_.user = value_of(parameters_, "user");
    attempt_.host =
        value_of(parameters_, "host", value_of(parameters_, "hostaddr", "the local socket"));
    attempt_.port = value_of(parameters_, "port", "5432");
    attempt_.database = value_of(parameters_, "dbname", attempt_.user);
    attempt_.sslmode = value_of(parameters_, "sslmode");
    attempt_.password_given = !value_of(parameters_, "password").empty();
  }

  void describe_session(Session& session) const {
    PGconn* connection = link_.connection();
    session.configured_user = attempt_.user;
    const std::string host = PQhost(connection);
    const std::string address = PQhostaddr(connection);
    const std::string port = PQport(connection);
    if (tunnel_) {
      session.server_address = tunnel_->server_address(port);
    } else if (host.starts_with('/') || address.empty()) {
      session.server_address = fmt::format("{}/.s.PGSQL.{}", host, port);
    } else {
      session.server_address = display_host(address, port);
    }
    session.ssl = PQsslInUse(connection) != 0;
    const char* version = session.ssl ? PQsslAttribute(connection, "protocol") : nullptr;
    session.ssl_version = version ? version : "";
  }

  [[nodiscard]] std::string shown(const Endpoint& endpoint) const {
    if (tunnel_) {
      return tunnel_->server_address(endpoint.port);
    }
    const std::string& host = endpoint.host.empty() ? endpoint.address : endpoint.host;
    const std::string place = host.starts_with('/')
                                  ? fmt::format("{}/.s.PGSQL.{}", host, endpoint.port)
                                  : display_host(host, endpoint.port);
    const bool has_name = !endpoint.address.empty() && endpoint.address != host;
    return has_name ? fmt::format("{} ({})", place, endpoint.address) : place;
  }

  /// Through a tunnel, libpq is connected at once to its near end, not to the server.
  void reach(Phase phase) {
    reached_ = phase;
    if (!tunnel_ || tunnel_->reached()) {
      enter(phase);
    }
  }

  std::chrono::milliseconds time_left() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
        clock_.started() + connection_->timeout - Clock::now());
  }

  void enter(Phase phase) {
    clock_.enter(phase);
    watch_->entered(phase);
  }

  void fail(Failure failure) { observation_.error = std::move(failure); }

  /// Ends the probe: by its own end, the deadline, or an exception that only a defect can cause.
  void finish(const std::exception_ptr& failure) {
    deadline_.cancel();
    enter(clock_.phase());
    if (const char* password = PQpass(link_.connection()); password != nullptr) {
      secrets_.emplace_back(password);  // the passfile's: libpq alone has read it
    }
    link_.close();
    if (timed_out_) {
      fail(timeout());
    } else if (failure) {
      fail(unexpected(failure));
    }
    end_tunnel();
    if (observation_.error && !tunnel_) {
      if (auto hint = provider_hint(*observation_.error, connection_->provider, attempt_.host)) {
        observation_.error->hint = std::move(*hint);
      }
    }
    observation_.duration = clock_.durations();
    make_presentable(observation_, secrets_);
    done_(std::move(observation_));
  }

  [[nodiscard]] Failure timeout() const {
    if (reading_password_) {
      return password_timeout_failure(connection_->timeout);
    }
    return timeout_failure(clock_.phase(), connection_->timeout, link_.burned(), attempt_);
  }

  /// What failed because of the tunnel, ssh knows better than libpq.
  void end_tunnel() {
    if (!tunnel_) {
      return;
    }
    for (const Secret& secret : tunnel_->secrets()) {
      secrets_.push_back(secret);
    }
    if (observation_.error) {
      std::optional<Failure> cause =
          timed_out_ ? tunnel_->timeout_failure(clock_.phase(), connection_->timeout)
                     : tunnel_->failure();
      if (cause) {
        fail(std::move(*cause));
      }
    }
    if (timed_out_) {
      tunnel_->abort();
    } else {
      tunnel_->close();
    }
  }

  [[nodiscard]] Failure unexpected(const std::exception_ptr& failure) const {
    std::string message = "the check ended unexpectedly";
    try {
      std::rethrow_exception(failure);
    } catch (const MalformedAnswer& answer) {
      message = first_line(answer.what);
    } catch (const boost::system::system_error& error) {
      return local_failure(clock_.phase(), error.code().message());
    } catch (const std::bad_alloc&) {
      return local_failure(clock_.phase(), "out of memory");
    } catch (...) {
    }
    return Failure{FailureCode::protocol_error, clock_.phase(), std::nullopt, message,
                   "what answers there does not answer as PostgreSQL does"};
  }

  asio::any_io_executor executor_;
  Resolver& resolver_;
  const std::shared_ptr<const Connection> connection_;
  const ProbeOptions options_;
  std::shared_ptr<ProbeWatch> watch_;
  std::function<void(Observation)> done_;
  Observation observation_;
  std::unique_ptr<SshTunnel> tunnel_;  ///< large, and most have none
  PostgresLink link_;
  asio::steady_timer deadline_;
  asio::cancellation_signal stop_;
  bool timed_out_ = false;
  bool was_late_ = false;
  bool reading_password_ = false;
  Parameters parameters_;
  std::vector<Secret> secrets_;
  Attempt attempt_;
  Phase reached_ = Phase::connect;  ///< by libpq
  PhaseClock clock_;
};

}  // namespace

ProbeResources::ProbeResources(asio::any_io_executor executor)
    : resolver(executor), logins(executor, login_limits) {}

void start_probe(asio::any_io_executor executor, ProbeResources& resources,
                 std::shared_ptr<const Connection> connection, ProbeOptions options,
                 std::shared_ptr<ProbeWatch> watch, std::function<void(Observation)> done) {
  std::make_shared<Probe>(std::move(executor), resources, std::move(connection), std::move(options),
                          std::move(watch), std::move(done))
      ->start();
}

}  // namespace conncheck
