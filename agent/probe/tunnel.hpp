// A connection's way through an SSH bastion: local ports that lead to its servers, for it alone.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/core/connection.hpp"
#include "agent/core/report.hpp"
#include "agent/probe/endpoints.hpp"
#include "agent/probe/tunnel_session.hpp"

namespace conncheck {

/// Every connection that libpq makes (to the next host, or again without TLS) has an `ssh -W` of
/// its own. libpq reaches it by a port of 127.0.0.1 that is open while the check runs, and from
/// which any other local process's connection is turned away at once: nobody else gets through. It
/// is TCP, not a Unix socket, because over the latter libpq leaves TLS out. To be used on one loop.
class SshTunnel {
 public:
  SshTunnel(boost::asio::any_io_executor executor, const Tunnel& settings);
  ~SshTunnel();  ///< as abort()
  SshTunnel(const SshTunnel&) = delete;
  SshTunnel& operator=(const SshTunnel&) = delete;

  /// Logs in to the bastion. Returns the failure, if it is one. `time_left` is the check's.
  boost::asio::awaitable<std::optional<Failure>> open(
      std::vector<Endpoint> targets, std::function<std::chrono::milliseconds()> time_left);

  /// Has the bastion connect to the targets, and opens a local port for each that it reaches. libpq
  /// could not tell that from a server's refusal, and would not try its next host. Returns the
  /// first one's failure if it reaches none.
  boost::asio::awaitable<std::optional<Failure>> reach();

  /// The targets with the local address and port in place of their own; their names stay, for TLS.
  [[nodiscard]] std::vector<Endpoint> local_endpoints() const;

  /// From now on the connection whose socket `own_socket` names is let through. -1: it cannot be
  /// told yet.
  /// `on_answer` is called when a server's first byte has come.
  void admit(std::function<int()> own_socket, std::function<void()> on_answer);

  /// Whether the server of the connection under way is reached.
  [[nodiscard]] bool reached() const;
  /// "host:port via user@bastion" for what libpq calls 127.0.0.1 and `local_port`.
  [[nodiscard]] std::string server_address(const std::string& local_port) const;
  /// What ssh says of the connection under way, if it failed for a reason of the tunnel.
  [[nodiscard]] std::optional<Failure> failure() const;
  /// What must not be shown, should a bastion repeat it.
  [[nodiscard]] std::vector<Secret> secrets() const;
  /// The deadline has passed in `phase`; nothing where the server had been reached.
  [[nodiscard]] std::optional<Failure> timeout_failure(Phase phase,
                                                       std::chrono::milliseconds timeout) const;

  /// Lets libpq's good-bye arrive, and ends; a second at most is left for it, on the loop.
  void close();
  /// Ends at once, with every ssh.
  void abort();

 private:
  struct Forward;
  boost::asio::awaitable<std::optional<Failure>> read_secrets();
  std::shared_ptr<TunnelSession> new_session(const std::string& target) const;
  void accept(const std::shared_ptr<Forward>& forward);
  void accept_later(const std::shared_ptr<Forward>& forward);
  void take(const Forward& forward, boost::asio::ip::tcp::socket client);
  std::shared_ptr<TunnelSession> session_to(const std::string& target);
  void close_ports();
  void judge(const std::shared_ptr<Forward>& forward, boost::asio::ip::tcp::socket client);
  void judge_later(const std::shared_ptr<Forward>& forward);

  boost::asio::any_io_executor executor_;
  const Tunnel settings_;
  std::optional<Secret> password_;
  std::optional<Secret> passphrase_;
  bool reading_secrets_ = false;
  std::function<std::chrono::milliseconds()> time_left_;
  std::function<int()> own_socket_;
  std::function<void()> on_answer_;
  std::vector<Endpoint> targets_;
  std::vector<std::shared_ptr<Forward>> forwards_;
  std::vector<std::shared_ptr<TunnelSession>> sessions_;
  std::shared_ptr<TunnelSession> current_;  ///< the one under way
};

}  // namespace conncheck
