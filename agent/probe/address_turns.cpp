#include "agent/probe/address_turns.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/steady_timer.hpp>

namespace asio = boost::asio;

namespace conncheck {

/// One address being tried. A descriptor of its own: libpq may have closed its socket meanwhile.
struct AddressTurns::Turn {
  explicit Turn(const asio::any_io_executor& executor) : timer(executor) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (socket >= 0) {
      ::close(socket);
    }
  }

  asio::steady_timer timer;
  int socket = -1;
  bool is_over = false;
};

AddressTurns::AddressTurns(asio::any_io_executor executor, std::size_t addresses,
                           std::function<std::chrono::milliseconds(std::size_t)> patience)
    : executor_(std::move(executor)),
      addresses_(addresses),
      patience_(std::move(patience)),
      given_up_(std::make_shared<std::vector<std::string>>()) {}

AddressTurns::~AddressTurns() { end(); }

void AddressTurns::look_at(PGconn* connection) {
  if (PQstatus(connection) != CONNECTION_STARTED) {
    end();
    return;
  }
  // libpq may come back to an address, to try it without TLS: that is no other turn.
  std::string endpoint =
      std::string(PQhost(connection)) + ' ' + PQhostaddr(connection) + ' ' + PQport(connection);
  if (endpoint == endpoint_) {
    return;
  }
  end();
  endpoint_ = std::move(endpoint);
  ++seen_;
  if (seen_ < addresses_) {
    begin(connection, addresses_ - seen_);
  }
}

void AddressTurns::begin(PGconn* connection, std::size_t others) {
  turn_ = std::make_shared<Turn>(executor_);
  turn_->socket = fcntl(PQsocket(connection), F_DUPFD_CLOEXEC, 0);
  turn_->timer.expires_after(patience_(others));
  turn_->timer.async_wait(
      [turn = turn_, given_up = given_up_,
       address = std::string(PQhostaddr(connection))](const boost::system::error_code& error) {
        if (error || turn->is_over || turn->socket < 0) {
          return;
        }
        // Ends a connection that is only being made, too, on Linux; elsewhere it does nothing.
        if (shutdown(turn->socket, SHUT_RDWR) == 0) {
          given_up->push_back(address);
        }
      });
}

void AddressTurns::end() {
  if (turn_) {
    turn_->is_over = true;
    turn_->timer.cancel();
    turn_.reset();
  }
}

std::vector<std::string> AddressTurns::given_up() const { return *given_up_; }

}  // namespace conncheck
