#include "agent/workers/channel.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <type_traits>

namespace asio = boost::asio;

namespace conncheck {
namespace {

struct Header {
  std::uint64_t length = 0;
  std::uint32_t slot = 0;
  std::uint32_t kind = 0;
};
static_assert(std::has_unique_object_representations_v<Header>);  // no padding

}  // namespace

Channel::Channel(asio::any_io_executor executor, int descriptor)
    : socket_(executor, asio::local::stream_protocol(), descriptor) {}

void Channel::start(std::function<void(Message)> on_message, std::function<void()> on_end) {
  on_message_ = std::move(on_message);
  on_end_ = std::move(on_end);
  read();
}

void Channel::send(const Message& message) {
  const Header header{message.body.size(), message.slot, static_cast<std::uint32_t>(message.kind)};
  waiting_.append(reinterpret_cast<const char*>(&header), sizeof header);
  waiting_ += message.body;
  if (!is_writing_) {
    write();
  }
}

void Channel::close() {
  on_message_ = nullptr;
  on_end_ = nullptr;
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Channel::read() {
  socket_.async_read_some(
      asio::buffer(chunk_),
      [self = shared_from_this()](boost::system::error_code error, std::size_t count) {
        if (error) {
          self->end();
          return;
        }
        self->received_.append(self->chunk_.data(), count);
        self->take_messages();
        if (self->socket_.is_open()) {
          self->read();
        }
      });
}

void Channel::take_messages() {
  std::size_t at = 0;
  Header header;
  while (on_message_ && received_.size() - at >= sizeof header) {
    std::memcpy(&header, received_.data() + at, sizeof header);
    if (received_.size() - at - sizeof header < header.length) {
      break;
    }
    Message message{static_cast<MessageKind>(header.kind), header.slot,
                    received_.substr(at + sizeof header, header.length)};
    at += sizeof header + header.length;
    const auto hear = on_message_;  // it may close this channel
    hear(std::move(message));
  }
  received_.erase(0, at);
}

void Channel::write() {
  is_writing_ = true;
  written_.clear();
  written_.swap(waiting_);
  asio::async_write(socket_, asio::buffer(written_),
                    [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                      self->is_writing_ = false;
                      if (!error && !self->waiting_.empty()) {
                        self->write();
                      }
                    });
}

void Channel::end() {
  const auto on_end = std::move(on_end_);
  close();
  if (on_end) {
    on_end();
  }
}

}  // namespace conncheck
