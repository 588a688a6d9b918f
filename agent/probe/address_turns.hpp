// Several addresses of a server, of which the first may be dead.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/probe/libpq.hpp"

namespace conncheck {

/// libpq tries one address after the other, and waits for each as long as the system does: minutes.
/// This one ends the attempt on an address that takes more than its share of the time while others
/// are left; libpq goes on to the next one then.
class AddressTurns {
 public:
  /// `patience`: how long an address may take while `others` come after it.
  AddressTurns(boost::asio::any_io_executor executor, std::size_t addresses,
               std::function<std::chrono::milliseconds(std::size_t others)> patience);
  AddressTurns(const AddressTurns&) = delete;
  AddressTurns& operator=(const AddressTurns&) = delete;
  ~AddressTurns();

  /// To be called before each wait while connecting.
  void look_at(PGconn* connection);

  /// The addresses whose attempts were ended, in their order.
  [[nodiscard]] std::vector<std::string> given_up() const;

 private:
  struct Turn;
  void begin(PGconn* connection, std::size_t others);
  void end();

  boost::asio::any_io_executor executor_;
  std::size_t addresses_;
  std::size_t seen_ = 0;
  std::string endpoint_;  ///< the one that is tried
  std::function<std::chrono::milliseconds(std::size_t)> patience_;
  std::shared_ptr<std::vector<std::string>> given_up_;
  std::shared_ptr<Turn> turn_;
};

}  // namespace conncheck
