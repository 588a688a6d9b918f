#include "agent/probe/tunnel_session.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>

#include "agent/probe/tunnel_command.hpp"

namespace asio = boost::asio;

namespace conncheck {
namespace {

constexpr std::size_t max_line_bytes = 2000;

// For what was sent to arrive after a good-bye, and for ssh's last words after its data has ended.
constexpr std::chrono::seconds grace{1};

/// Both ends of a socket pair: ours goes to `ours`, the other one is returned; -1 with errno.
template <typename Socket>
int make_pair(Socket& ours) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return -1;
  }
  boost::system::error_code error;
  ours.assign(asio::local::stream_protocol(), ends[0], error);
  if (error) {
    ::close(ends[0]);
    ::close(ends[1]);
    errno = error.value();
    return -1;
  }
  return ends[1];
}

}  // namespace

TunnelSession::TunnelSession(asio::any_io_executor executor, Tunnel tunnel, std::string target,
                             AskpassAnswers answers)
    : executor_(executor),
      tunnel_(std::move(tunnel)),
      target_(std::move(target)),
      answers_(std::move(answers)),
      data_(executor),
      log_socket_(executor),
      changed_(executor),
      patience_(executor) {}

int TunnelSession::start(std::chrono::milliseconds time_left) {
  ChildStart what = ssh_command(tunnel_, target_, answers_.any(), time_left);
  what.input = make_pair(data_);
  if (what.input < 0) {
    return errno;
  }
  what.output = what.input;
  what.error = make_pair(log_socket_);
  if (what.error < 0) {
    const int error = errno;
    ::close(what.input);
    return error;
  }
  const int error = ssh_.start(what);
  ::close(what.input);
  ::close(what.error);
  if (error == 0) {
    read_log();
  } else {
    ended_ = true;
  }
  return error;
}

asio::awaitable<void> TunnelSession::wait_for_change() {
  boost::system::error_code ignored;
  auto token = asio::redirect_error(asio::use_awaitable, ignored);
  co_await changed_.async_wait(token);
  const asio::cancellation_state cancellation = co_await asio::this_coro::cancellation_state;
  if (cancellation.cancelled() != asio::cancellation_type::none) {
    throw boost::system::system_error(asio::error::operation_aborted);
  }
}

asio::awaitable<void> TunnelSession::logged_in() {
  while (!log_.authenticated() && !ended_) {
    changed_.expires_at(asio::steady_timer::time_point::max());
    co_await wait_for_change();
  }
}

asio::awaitable<void> TunnelSession::connected(std::chrono::milliseconds patience) {
  const auto until = asio::steady_timer::clock_type::now() + patience;
  while (!reached() && !ended_ && asio::steady_timer::clock_type::now() < until) {
    changed_.expires_at(until);
    co_await wait_for_change();
  }
}

void TunnelSession::read_log() {
  log_socket_.async_read_some(
      asio::buffer(log_buffer_),
      [self = shared_from_this()](boost::system::error_code error, std::size_t count) {
        for (const char c : std::string_view(self->log_buffer_.data(), count)) {
          if (c != '\n') {
            if (self->line_.size() < max_line_bytes) {
              self->line_ += c;
            }
            continue;
          }
          self->take_line(self->line_);
          self->line_.clear();
        }
        if (error) {
          self->finish();
        } else {
          self->read_log();
        }
      });
}

void TunnelSession::take_line(std::string_view line) {
  const std::optional<std::string_view> question = askpass_question(line);
  if (!question) {
    const SshStage before = log_.stage();
    log_.add(line);
    if (log_.stage() != before) {
      changed_.cancel();
    }
    return;
  }
  const AskpassAnswers::Answer answer = answers_.answer_to(*question);
  if (answer.action == AskpassAnswers::Action::stop) {
    ssh_.kill_group();
    return;
  }
  const std::string reply = askpass_reply(answer);
  // A few bytes into an empty socket: this neither blocks nor fails while the other end lives.
  [[maybe_unused]] const ssize_t sent =
      ::send(log_socket_.native_handle(), reply.data(), reply.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void TunnelSession::carry(asio::ip::tcp::socket client, std::function<void()> on_answer) {
  client_.emplace(std::move(client));
  on_answer_ = std::move(on_answer);
  if (ended_) {
    client_->close();
    return;
  }
  from_client();
  from_server();
}

void TunnelSession::from_client() {
  client_->async_read_some(
      asio::buffer(client_buffer_),
      [self = shared_from_this()](boost::system::error_code error, std::size_t count) {
        if (error) {  // it has closed, and all that it sent is passed on
          boost::system::error_code ignored;
          self->data_.shutdown(Local::shutdown_send, ignored);
          self->close();
          return;
        }
        asio::async_write(self->data_, asio::buffer(self->client_buffer_, count),
                          [self](boost::system::error_code failed, std::size_t) {
                            if (!failed) {
                              self->from_client();
                            }  // else ssh has ended, which its standard error tells
                          });
      });
}

void TunnelSession::from_server() {
  data_.async_read_some(
      asio::buffer(server_buffer_),
      [self = shared_from_this()](boost::system::error_code error, std::size_t count) {
        if (error) {
          self->server_is_done();
          return;
        }
        const bool is_news = !self->reached();
        self->answered_ = true;
        if (is_news) {
          self->on_answer_();
        }
        asio::async_write(*self->client_, asio::buffer(self->server_buffer_, count),
                          [self](boost::system::error_code failed, std::size_t) {
                            if (failed) {
                              self->close();
                            } else {
                              self->from_server();
                            }
                          });
      });
}

/// The client hears of it when ssh has said why, so that the cause is known by then.
void TunnelSession::server_is_done() {
  server_done_ = true;
  if (ended_) {
    finish();
    return;
  }
  wait_for_end();
}

void TunnelSession::close() {
  on_answer_ = [] {};  // who is called may be gone
  if (closing_ || ended_) {
    return;
  }
  closing_ = true;
  if (!carries() || !log_.authenticated()) {
    abort();
    return;
  }
  wait_for_end();
}

void TunnelSession::wait_for_end() {
  patience_.expires_after(grace);
  patience_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (!error) {
      self->abort();
    }
  });
}

void TunnelSession::abort() {
  closing_ = true;
  on_answer_ = [] {};
  ssh_.kill_group();
  finish();
}

/// ssh has ended, or will not be heard any more.
void TunnelSession::finish() {
  if (!line_.empty()) {
    take_line(line_);
    line_.clear();
  }
  ended_ = true;
  changed_.cancel();
  patience_.cancel();
  boost::system::error_code ignored;
  log_socket_.close(ignored);
  // What the server has sent may still be under way to the client.
  if (client_ && (server_done_ || closing_)) {
    client_->close(ignored);
    data_.close(ignored);
  } else if (!client_) {
    data_.close(ignored);
  }
  ssh_.reap();
}

std::optional<Failure> TunnelSession::failure() const {
  if (auto cause = ssh_failure(log_, answers_.questions(), tunnel_, target_)) {
    return cause;
  }
  if (ended_ && !log_.authenticated()) {
    return ssh_ended_failure(log_, tunnel_);
  }
  return std::nullopt;
}

}  // namespace conncheck
