// cereal's archives over a string: its own go through a stream, a virtual call for each member.
#pragma once

#include <cereal/cereal.hpp>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

// Not the namespace of what is written: cereal would find its functions for everything here.
namespace conncheck::bytes {

class Output : public cereal::OutputArchive<Output, cereal::AllowEmptyClassElision> {
 public:
  Output() : OutputArchive(this) {}
  void saveBinary(const void* data, std::size_t size) {
    written_.append(static_cast<const char*>(data), size);
  }
  std::string take() { return std::move(written_); }

 private:
  std::string written_;
};

/// Throws cereal::Exception where something else was written than is read.
class Input : public cereal::InputArchive<Input, cereal::AllowEmptyClassElision> {
 public:
  explicit Input(std::string_view bytes) : InputArchive(this), bytes_(bytes) {}
  void loadBinary(void* data, std::size_t size) {
    demand(size);
    std::memcpy(data, bytes_.data(), size);
    bytes_.remove_prefix(size);
  }
  /// Every item of a container takes a byte at least: none is made for a number that cannot be.
  void demand(std::uint64_t size) const {
    if (size > bytes_.size()) {
      throw cereal::Exception("there are fewer bytes than were written");
    }
  }

 private:
  std::string_view bytes_;
};

template <class T>
requires std::is_arithmetic_v<T>
void save(Output& archive, const T& value) {
  archive.saveBinary(std::addressof(value), sizeof value);
}

template <class T>
requires std::is_arithmetic_v<T>
void load(Input& archive, T& value) { archive.loadBinary(std::addressof(value), sizeof value); }

inline void load(Input& archive, bool& value) {
  unsigned char byte = 0;  // may be anything
  archive.loadBinary(&byte, sizeof byte);
  value = byte != 0;
}

template <class T>
void save(Output& archive, const cereal::BinaryData<T>& data) {
  archive.saveBinary(data.data, data.size);
}

template <class T>
void load(Input& archive, cereal::BinaryData<T>& data) {
  archive.loadBinary(data.data, data.size);
}

template <class T>
void save(Output& archive, const cereal::SizeTag<T>& tag) {
  archive(tag.size);
}

template <class T>
void load(Input& archive, cereal::SizeTag<T>& tag) {
  archive(tag.size);
  archive.demand(tag.size);
}

template <class T>
void save(Output& archive, const cereal::NameValuePair<T>& pair) {
  archive(pair.value);
}

template <class T>
void load(Input& archive, cereal::NameValuePair<T>& pair) {
  archive(pair.value);
}

}  // namespace conncheck::bytes

CEREAL_SETUP_ARCHIVE_TRAITS(conncheck::bytes::Input, conncheck::bytes::Output)
