// Writes messages into a string. cereal's own archives go through a stream, a virtual call for each
// member.
#pragma once

#include <cereal/cereal.hpp>
#include <memory>
#include <string>
#include <type_traits>

// Not the namespace of what is written: cereal would find its functions for everything here.
namespace conncheck::writing {

/// An archive of cereal's.
class MessageWriter : public cereal::OutputArchive<MessageWriter, cereal::AllowEmptyClassElision> {
 public:
  MessageWriter() : OutputArchive(this) {}

  void put(const void* data, std::size_t size) {
    written_.append(static_cast<const char*>(data), size);
  }
  std::string take() { return std::move(written_); }

 private:
  std::string written_;
};

template <class T>
requires std::is_arithmetic_v<T>
void save(MessageWriter& writer, const T& number) {
  writer.put(std::addressof(number), sizeof number);
}

template <class T>
void save(MessageWriter& writer, const cereal::BinaryData<T>& bytes) {
  writer.put(bytes.data, bytes.size);
}

template <class T>
void save(MessageWriter& writer, const cereal::SizeTag<T>& count) {
  writer(count.size);
}

template <class T>
void save(MessageWriter& writer, const cereal::NameValuePair<T>& pair) {
  writer(pair.value);
}

}  // namespace conncheck::writing
