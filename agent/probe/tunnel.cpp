#include "agent/probe/tunnel.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "agent/core/failure.hpp"
#include "agent/probe/password.hpp"

namespace asio = boost::asio;
using asio::ip::tcp;

namespace conncheck {
namespace {

// libpq connects again for a next host and for another TLS mode; nothing makes it do so for ever.
constexpr std::size_t max_sessions = 32;

// Connections of whom it is not known yet whose they are.
constexpr std::size_t max_unknown = 8;
constexpr std::chrono::milliseconds pause{10};

/// "host:port" as `ssh -W` takes it; the address where one is given, as psql would connect to it.
std::string target_of(const Endpoint& endpoint) {
  const std::string& host = endpoint.address.empty() ? endpoint.host : endpoint.address;
  const std::string port = endpoint.port.empty() ? "5432" : endpoint.port;
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

/// Whether `client` comes from the socket `own`: no other of this machine can have its address.
bool is_end_of(const tcp::socket& client, int own) {
  boost::system::error_code error;
  const tcp::endpoint peer = client.remote_endpoint(error);
  tcp::endpoint address;
  auto size = static_cast<socklen_t>(address.capacity());
  return !error && getsockname(own, address.data(), &size) == 0 && peer == address;
}

}  // namespace

/// One local port and where it leads. Held by its accept handler, which ends when it is closed.
struct SshTunnel::Forward {
  Forward(const asio::any_io_executor& executor, Endpoint to)
      : endpoint(std::move(to)),
        target(target_of(endpoint)),
        listener(executor, tcp::endpoint(asio::ip::address_v4::loopback(), 0), false),
        pause(executor),
        judging(executor) {}

  Endpoint endpoint;
  std::string target;
  tcp::acceptor listener;
  asio::steady_timer pause;  ///< after an error: a lack of descriptors passes
  asio::steady_timer judging;
  std::vector<tcp::socket> unknown;

  [[nodiscard]] std::string port() const {
    return std::to_string(listener.local_endpoint().port());
  }
};

SshTunnel::SshTunnel(asio::any_io_executor executor, const Tunnel& settings)
    : executor_(std::move(executor)), settings_(settings) {}

SshTunnel::~SshTunnel() { abort(); }

asio::awaitable<std::optional<Failure>> SshTunnel::read_secrets() {
  reading_secrets_ = true;
  const PasswordResult password = co_await read_password(executor_, settings_.password);
  const PasswordResult passphrase = co_await read_password(executor_, settings_.passphrase);
  reading_secrets_ = false;
  for (const PasswordResult* result : {&password, &passphrase}) {
    if (!result->error.empty()) {
      Failure failure = config_failure("for the tunnel, " + result->error, result->hint);
      failure.phase = Phase::tunnel;
      co_return failure;
    }
  }
  password_ = password.password;
  passphrase_ = passphrase.password;
  co_return std::nullopt;
}

std::shared_ptr<TunnelSession> SshTunnel::new_session(const std::string& target) const {
  return std::make_shared<TunnelSession>(executor_, settings_, target,
                                         AskpassAnswers(password_, passphrase_));
}

asio::awaitable<std::optional<Failure>> SshTunnel::open(
    std::vector<Endpoint> targets, std::function<std::chrono::milliseconds()> time_left) {
  time_left_ = std::move(time_left);
  std::optional<Failure> failure = co_await read_secrets();
  if (failure) {
    co_return failure;
  }
  targets_ = std::move(targets);
  current_ = new_session(target_of(targets_.front()));
  sessions_.push_back(current_);
  if (const int error = current_->start(time_left_()); error != 0) {
    const char* reason = std::strerror(error);
    const bool is_lack = error != ENOENT && error != EACCES && error != ENOEXEC;
    co_return is_lack ? local_failure(Phase::tunnel, reason) : ssh_not_started_failure(reason);
  }
  co_await current_->logged_in();
  if (!current_->log().authenticated()) {
    co_return current_->failure();
  }
  co_return std::nullopt;
}

asio::awaitable<std::optional<Failure>> SshTunnel::reach() {
  // Only now: a refused login is not to be repeated.
  for (std::size_t i = 1; i < targets_.size() && i < max_sessions; ++i) {
    sessions_.push_back(new_session(target_of(targets_[i])));
    sessions_.back()->start(time_left_());
  }
  for (std::size_t i = 0; i < sessions_.size(); ++i) {
    co_await sessions_[i]->connected(time_left_() / 2);
    if (sessions_[i]->reached() || !sessions_[i]->ended()) {
      forwards_.push_back(std::make_shared<Forward>(executor_, targets_[i]));
      accept(forwards_.back());
    }
  }
  if (forwards_.empty()) {
    // Never without a failure: libpq would go its own way.
    const TunnelSession& first = *sessions_.front();
    const std::optional<Failure> cause = first.failure();
    co_return cause ? *cause : ssh_ended_failure(first.log(), settings_);
  }
  co_return std::nullopt;
}

std::vector<Endpoint> SshTunnel::local_endpoints() const {
  std::vector<Endpoint> endpoints;
  for (const auto& forward : forwards_) {
    const Endpoint& to = forward->endpoint;
    endpoints.push_back({to.host.empty() ? to.address : to.host, "127.0.0.1", forward->port()});
  }
  return endpoints;
}

void SshTunnel::admit(std::function<int()> own_socket, std::function<void()> on_answer) {
  own_socket_ = std::move(own_socket);
  on_answer_ = std::move(on_answer);
}

void SshTunnel::accept(const std::shared_ptr<Forward>& forward) {
  forward->listener.async_accept(
      [this, forward](boost::system::error_code error, tcp::socket client) {
        // Closed by abort() or close(): `this` may be gone.
        if (error == asio::error::operation_aborted || !forward->listener.is_open()) {
          return;
        }
        if (error) {
          accept_later(forward);
          return;
        }
        judge(forward, std::move(client));
        accept(forward);
      });
}

void SshTunnel::accept_later(const std::shared_ptr<Forward>& forward) {
  forward->pause.expires_after(pause);
  forward->pause.async_wait([this, forward](boost::system::error_code error) {
    if (!error && forward->listener.is_open()) {
      accept(forward);
    }
  });
}

/// Who is not let through is closed on return.
void SshTunnel::judge(const std::shared_ptr<Forward>& forward, tcp::socket client) {
  const int own = own_socket_ ? own_socket_() : -1;
  if (own >= 0) {
    if (is_end_of(client, own)) {
      take(*forward, std::move(client));
    }
    return;
  }
  if (forward->unknown.size() < max_unknown) {
    forward->unknown.push_back(std::move(client));
    if (forward->unknown.size() == 1) {
      judge_later(forward);
    }
  }
}

void SshTunnel::judge_later(const std::shared_ptr<Forward>& forward) {
  forward->judging.expires_after(pause);
  forward->judging.async_wait([this, forward](boost::system::error_code error) {
    if (error || !forward->listener.is_open()) {
      return;
    }
    for (tcp::socket& client : std::exchange(forward->unknown, {})) {
      judge(forward, std::move(client));
    }
  });
}

void SshTunnel::take(const Forward& forward, tcp::socket client) {
  const std::shared_ptr<TunnelSession> session = session_to(forward.target);
  if (session) {
    current_ = session;
    boost::system::error_code ignored;
    client.set_option(tcp::no_delay(true), ignored);
    session->carry(std::move(client), on_answer_);
  }
}

/// One that waits for its client, or a new one.
std::shared_ptr<TunnelSession> SshTunnel::session_to(const std::string& target) {
  for (const auto& session : sessions_) {
    if (session->target() == target && !session->carries() && !session->ended()) {
      return session;
    }
  }
  if (sessions_.size() >= max_sessions) {
    return nullptr;
  }
  sessions_.push_back(new_session(target));
  sessions_.back()->start(time_left_());  // where that fails, libpq finds its connection closed
  return sessions_.back();
}

bool SshTunnel::reached() const { return current_ && current_->reached(); }

std::string SshTunnel::server_address(const std::string& local_port) const {
  for (const auto& forward : forwards_) {
    if (forward->port() == local_port) {
      return fmt::format("{} via {}", forward->target, display_bastion(settings_));
    }
  }
  return fmt::format("via {}", display_bastion(settings_));
}

std::optional<Failure> SshTunnel::failure() const {
  return forwards_.empty() || !current_ ? std::nullopt : current_->failure();
}

std::vector<Secret> SshTunnel::secrets() const {
  return {password_.value_or(Secret()), passphrase_.value_or(Secret())};
}

std::optional<Failure> SshTunnel::timeout_failure(Phase phase,
                                                  std::chrono::milliseconds timeout) const {
  if (reading_secrets_) {
    Failure failure = password_timeout_failure(timeout);
    failure.phase = Phase::tunnel;
    return failure;
  }
  if (phase == Phase::tunnel && current_) {
    return tunnel_timeout_failure(current_->log(), settings_, timeout);
  }
  if (phase == Phase::connect && current_) {
    return beyond_tunnel_timeout_failure(settings_, current_->target(), timeout);
  }
  return std::nullopt;
}

void SshTunnel::close_ports() {
  boost::system::error_code ignored;
  for (const auto& forward : forwards_) {
    forward->listener.close(ignored);
    forward->pause.cancel();
    forward->judging.cancel();
    forward->unknown.clear();
  }
  forwards_.clear();
}

void SshTunnel::close() {
  close_ports();
  for (const auto& session : sessions_) {
    session->close();
  }
  sessions_.clear();
  current_.reset();
}

void SshTunnel::abort() {
  close_ports();
  for (const auto& session : sessions_) {
    session->abort();
  }
  sessions_.clear();
  current_.reset();
}

}  // namespace conncheck
