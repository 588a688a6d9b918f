// Reads what a MessageWriter has written, and believes none of it: no length may reach
// beyond the message, no number may stand for a value that its type has not. For what a process
// sends in which something has gone wrong.
#pragma once

#include <cereal/cereal.hpp>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <vector>

#include "agent/core/connection.hpp"
#include "agent/core/report.hpp"
#include "agent/workers/message_writer.hpp"

namespace conncheck {

/// The last value of each enumeration in a message; one without cannot be read.
template <class Enum>
inline constexpr Enum last_value = Enum::without_last_value;
template <>
inline constexpr Provider last_value<Provider> = Provider::supabase;
template <>
inline constexpr Status last_value<Status> = Status::unknown;
template <>
inline constexpr Phase last_value<Phase> = Phase::query;
template <>
inline constexpr FailureCode last_value<FailureCode> = FailureCode::config_error;
template <>
inline constexpr Source last_value<Source> = Source::information_schema;
template <>
inline constexpr Severity last_value<Severity> = Severity::critical;
template <>
inline constexpr Privilege last_value<Privilege> = Privilege::maintain;

/// An archive of cereal's. Throws cereal::Exception where the bytes are no message.
class MessageReader : public cereal::InputArchive<MessageReader, cereal::AllowEmptyClassElision> {
 public:
  explicit MessageReader(std::string_view bytes) : InputArchive(this), bytes_(bytes) {}

  [[nodiscard]] std::size_t left() const { return bytes_.size(); }

  void take(void* target, std::size_t size) {
    demand(size <= left());
    std::memcpy(target, bytes_.data(), size);
    bytes_.remove_prefix(size);
  }

  static void demand(bool holds) {
    if (!holds) {
      throw cereal::Exception("the bytes are no message");
    }
  }

 private:
  std::string_view bytes_;
};

// Found by cereal by way of the archive's namespace; they come before its own.
template <class T>
requires std::is_arithmetic_v<T>
void load(MessageReader& reader, T& number) { reader.take(&number, sizeof number); }

inline void load(MessageReader& reader, bool& flag) {
  std::uint8_t byte = 0;
  reader(byte);
  MessageReader::demand(byte <= 1);
  flag = byte == 1;
}

/// cereal reads an enumeration as its number.
template <class Enum>
requires std::is_enum_v<Enum>
void load_minimal(const MessageReader&, Enum& value, const std::underlying_type_t<Enum>& number) {
  MessageReader::demand(number >= 0 &&
                        number <= static_cast<std::underlying_type_t<Enum>>(last_value<Enum>));
  value = static_cast<Enum>(number);
}

template <class T>
void load(MessageReader& reader, cereal::NameValuePair<T>& pair) {
  reader(pair.value);
}

/// How many items or bytes follow: each takes at least a byte.
template <class T>
void load(MessageReader& reader, cereal::SizeTag<T>& count) {
  reader(count.size);
  MessageReader::demand(count.size <= reader.left());
}

template <class T>
void load(MessageReader& reader, cereal::BinaryData<T>& bytes) {
  reader.take(bytes.data, bytes.size);
}

/// Grows with what is there, not to what is announced: an item may be much larger than its bytes.
template <class T>
void load(MessageReader& reader, std::vector<T>& items) {
  cereal::size_type count = 0;
  reader(cereal::make_size_tag(count));
  items.clear();
  while (items.size() < count) {
    reader(items.emplace_back());
  }
}

}  // namespace conncheck

CEREAL_SETUP_ARCHIVE_TRAITS(conncheck::MessageReader, conncheck::writing::MessageWriter)
