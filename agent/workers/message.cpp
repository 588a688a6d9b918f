#include "agent/workers/message.hpp"

#include <boost/pfr.hpp>
#include <cereal/cereal.hpp>  // chrono.hpp needs it
#include <cereal/types/chrono.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/variant.hpp>
#include <cereal/types/vector.hpp>
#include <type_traits>

#include "agent/workers/message_reader.hpp"
#include "agent/workers/message_writer.hpp"

// Found by cereal in the namespaces of what is written. An aggregate is its members, one after
// another, however many it has tomorrow.
namespace conncheck::rules {

template <class Archive>
void save(Archive& archive, const NamePattern& pattern) {
  archive(pattern.is_literal(), pattern.text());
}

template <class Archive>
void load(Archive& archive, NamePattern& pattern) {
  bool is_literal = false;
  std::string text;
  archive(is_literal, text);
  pattern = is_literal ? NamePattern::exactly(text) : utf8_pattern(text);
}

}  // namespace conncheck::rules

namespace conncheck {

template <class Archive>
void save(Archive& archive, const Secret& secret) {
  archive(secret.reveal());
}

template <class Archive>
void load(Archive& archive, Secret& secret) {
  std::string value;
  archive(value);
  secret = Secret(std::move(value));
}

template <class Archive>
void save(Archive& archive, const PrivilegeSet& privileges) {
  archive(privileges.bits());
}

template <class Archive>
void load(Archive& archive, PrivilegeSet& privileges) {
  std::uint16_t bits = 0;
  archive(bits);
  privileges = PrivilegeSet::from_bits(bits);
}

template <class Archive, class T>
requires std::is_aggregate_v<T>
void serialize(Archive& archive, T& value) {
  boost::pfr::for_each_field(value, [&archive](auto& member) { archive(member); });
}

namespace {

template <class Message>
std::string bytes_of(const Message& message) {
  writing::MessageWriter writer;
  writer(message);
  return writer.take();
}

template <class Message>
std::optional<Message> message_of(std::string_view bytes) {
  try {
    MessageReader reader(bytes);
    std::optional<Message> message(std::in_place);
    reader(*message);
    MessageReader::demand(reader.left() == 0);
    return message;
  } catch (const cereal::Exception&) {
    return std::nullopt;
  }
}

}  // namespace

std::string encode(const Job& job) { return bytes_of(job); }
std::string encode(const Answer& answer) { return bytes_of(answer); }
std::optional<Job> decode_job(std::string_view bytes) { return message_of<Job>(bytes); }
std::optional<Answer> decode_answer(std::string_view bytes) { return message_of<Answer>(bytes); }

}  // namespace conncheck
