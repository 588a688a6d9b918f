// One ssh, and the one connection that it carries to a database's server.
#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/core/ssh_log.hpp"
#include "agent/probe/child_process.hpp"
#include "agent/probe/tunnel_askpass.hpp"

namespace conncheck {

/// Keeps itself alive by its handlers until ssh has ended or abort() is called; after close() that
/// takes a second at most. To be used on one loop.
class TunnelSession : public std::enable_shared_from_this<TunnelSession> {
 public:
  TunnelSession(boost::asio::any_io_executor executor, Tunnel tunnel, std::string target,
                AskpassAnswers answers);

  /// Starts ssh. Returns errno's value, 0 for success.
  int start(std::chrono::milliseconds time_left);

  /// Ends when ssh is authenticated or has ended.
  boost::asio::awaitable<void> logged_in();

  /// Ends when the bastion has connected to the target, ssh has ended, or `patience` is over: an
  /// ssh of other words would not tell.
  boost::asio::awaitable<void> connected(std::chrono::milliseconds patience);

  /// Passes on what comes from `client` and from the server, from now on; `on_answer` is called
  /// when the server's first byte comes, unless reached() before. What `client` sends waits until
  /// ssh is ready for it.
  void carry(boost::asio::ip::tcp::socket client, std::function<void()> on_answer);

  /// Lets what the client sends before it closes arrive, then ends ssh.
  void close();
  /// Ends ssh at once.
  void abort();

  [[nodiscard]] const std::string& target() const { return target_; }
  [[nodiscard]] const SshLog& log() const { return log_; }
  [[nodiscard]] bool carries() const { return client_.has_value(); }
  /// The target is reached.
  [[nodiscard]] bool reached() const { return answered_ || log_.stage() == SshStage::channel_open; }
  [[nodiscard]] bool ended() const { return ended_; }
  /// Why ssh did not do its work, as far as it has said.
  [[nodiscard]] std::optional<Failure> failure() const;

 private:
  using Local = boost::asio::local::stream_protocol::socket;
  boost::asio::awaitable<void> wait_for_change();
  void read_log();
  void take_line(std::string_view line);
  void from_client();
  void from_server();
  void server_is_done();
  void wait_for_end();
  void finish();

  boost::asio::any_io_executor executor_;
  const Tunnel tunnel_;
  const std::string target_;
  AskpassAnswers answers_;
  ChildProcess ssh_;
  Local data_;        ///< ssh's standard input and output
  Local log_socket_;  ///< ssh's standard error, and askpass's way
  std::optional<boost::asio::ip::tcp::socket> client_;
  std::function<void()> on_answer_;
  boost::asio::steady_timer changed_;  ///< cancelled when ssh comes further or has ended
  boost::asio::steady_timer patience_;
  std::array<char, 4096> log_buffer_{};
  std::array<char, 16384> client_buffer_{};
  std::array<char, 16384> server_buffer_{};
  std::string line_;
  SshLog log_;
  bool answered_ = false;
  bool server_done_ = false;
  bool closing_ = false;
  bool ended_ = false;
};

}  // namespace conncheck
