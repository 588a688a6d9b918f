// Table privileges: their names and their order, defined once for the extension and the program.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace conncheck {

/// The privileges that a relation can have, in the order in which every listing prints them.
enum class Privilege : std::uint8_t {
  select,
  insert,
  update,
  delete_,
  truncate,
  references,
  trigger,
  maintain,  ///< from PostgreSQL 17 on
};

inline constexpr std::array all_privileges = {
    Privilege::select,   Privilege::insert,     Privilege::update,  Privilege::delete_,
    Privilege::truncate, Privilege::references, Privilege::trigger, Privilege::maintain,
};

/// SQL's own word for a privilege, as GRANT takes it.
constexpr std::string_view to_string(Privilege privilege) {
  constexpr std::array<std::string_view, all_privileges.size()> names = {
      "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN",
  };
  return names[static_cast<std::size_t>(privilege)];
}

/// The privilege that SQL's word stands for (upper case only), or nothing.
constexpr std::optional<Privilege> privilege_from(std::string_view word) {
  for (const Privilege privilege : all_privileges) {
    if (to_string(privilege) == word) {
      return privilege;
    }
  }
  return std::nullopt;
}

/// A set of privileges; iterate over `all_privileges` and ask `has` for the canonical order.
class PrivilegeSet {
 public:
  constexpr PrivilegeSet() = default;
  constexpr PrivilegeSet(std::initializer_list<Privilege> privileges) {
    for (const Privilege privilege : privileges) {
      add(privilege);
    }
  }

  constexpr void add(Privilege privilege) { bits_ |= bit(privilege); }
  [[nodiscard]] constexpr bool has(Privilege privilege) const {
    return (bits_ & bit(privilege)) != 0;
  }
  [[nodiscard]] constexpr bool has_all(PrivilegeSet other) const {
    return (bits_ & other.bits_) == other.bits_;
  }
  [[nodiscard]] constexpr bool has_any(PrivilegeSet other) const {
    return (bits_ & other.bits_) != 0;
  }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }

  friend constexpr PrivilegeSet operator|(PrivilegeSet a, PrivilegeSet b) {
    return PrivilegeSet(static_cast<std::uint8_t>(a.bits_ | b.bits_));
  }
  friend constexpr PrivilegeSet operator&(PrivilegeSet a, PrivilegeSet b) {
    return PrivilegeSet(static_cast<std::uint8_t>(a.bits_ & b.bits_));
  }
  /// What is in `a` and not in `b`.
  friend constexpr PrivilegeSet operator-(PrivilegeSet a, PrivilegeSet b) {
    return PrivilegeSet(static_cast<std::uint8_t>(a.bits_ & ~b.bits_));
  }
  friend constexpr bool operator==(PrivilegeSet, PrivilegeSet) = default;

 private:
  explicit constexpr PrivilegeSet(std::uint8_t bits) : bits_(bits) {}
  static constexpr std::uint8_t bit(Privilege privilege) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(privilege));
  }

  std::uint8_t bits_ = 0;
};

}  // namespace conncheck
