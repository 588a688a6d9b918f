// Messages with a length in front, over a socket between two processes of ours.
#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace conncheck {

enum class MessageKind : std::uint8_t {
  job,       ///< to a worker: begin this check
  answer,    ///< from a worker: a check has ended
  retiring,  ///< from a worker: give me no further job
};

struct Message {
  MessageKind kind{};
  std::uint32_t slot = 0;  ///< which check of the worker it speaks of
  std::string body;
};

/// One end. Sending never waits: what the other side has not read yet is kept. Use from one loop.
class Channel : public std::enable_shared_from_this<Channel> {
 public:
  /// Takes the descriptor over.
  Channel(boost::asio::any_io_executor executor, int descriptor);

  /// Hears every message in order, then the end: `on_end` is called once, unless close() was.
  void start(std::function<void(Message)> on_message, std::function<void()> on_end);
  void send(const Message& message);
  /// Nothing is heard any more.
  void close();

 private:
  void read();
  void take_messages();
  void write();
  void end();

  boost::asio::local::stream_protocol::socket socket_;
  std::function<void(Message)> on_message_;
  std::function<void()> on_end_;
  std::array<char, 65536> chunk_{};
  std::string received_;
  std::string waiting_;  ///< to be written
  std::string written_;  ///< being written
  bool is_writing_ = false;
};

}  // namespace conncheck
