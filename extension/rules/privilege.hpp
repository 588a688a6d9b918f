// Privileges: their names and their order, defined once for the extension and the program.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace conncheck {

/// Everything that GRANT can give on some object, numbered as the bits of the server's ACL items,
/// which have been the same in every version.
enum class Privilege : std::uint8_t {
  insert = 0,
  select = 1,
  update = 2,
  delete_ = 3,
  truncate = 4,
  references = 5,
  trigger = 6,
  execute = 7,
  usage = 8,
  create = 9,
  temporary = 10,
  connect = 11,
  set = 12,           ///< of parameters, from PostgreSQL 15 on
  alter_system = 13,  ///< of parameters, from PostgreSQL 15 on
  maintain = 14,      ///< of relations, from PostgreSQL 17 on
};

/// What relations can have, in the order in which every listing prints it.
inline constexpr std::array relation_privileges = {
    Privilege::select,   Privilege::insert,     Privilege::update,  Privilege::delete_,
    Privilege::truncate, Privilege::references, Privilege::trigger, Privilege::maintain,
};

/// What any object can have, in the order in which every listing prints it.
inline constexpr std::array all_privileges = {
    Privilege::select,   Privilege::insert,     Privilege::update,       Privilege::delete_,
    Privilege::truncate, Privilege::references, Privilege::trigger,      Privilege::maintain,
    Privilege::usage,    Privilege::create,     Privilege::connect,      Privilege::temporary,
    Privilege::execute,  Privilege::set,        Privilege::alter_system,
};

/// SQL's own words for a privilege, as GRANT takes them.
constexpr std::string_view to_string(Privilege privilege) {
  constexpr std::array<std::string_view, all_privileges.size()> names = {
      "INSERT", "SELECT", "UPDATE",    "DELETE",  "TRUNCATE", "REFERENCES",   "TRIGGER",  "EXECUTE",
      "USAGE",  "CREATE", "TEMPORARY", "CONNECT", "SET",      "ALTER SYSTEM", "MAINTAIN",
  };
  return names[static_cast<std::size_t>(privilege)];
}

/// For ordered containers: the order in which every listing prints privileges.
struct ListingOrder {
  constexpr bool operator()(Privilege a, Privilege b) const { return rank(a) < rank(b); }

 private:
  static constexpr std::size_t rank(Privilege privilege) {
    std::size_t rank = 0;
    while (all_privileges[rank] != privilege) {
      ++rank;
    }
    return rank;
  }
};

/// The privilege that SQL's words stand for (upper case only), or nothing.
constexpr std::optional<Privilege> privilege_from(std::string_view words) {
  for (const Privilege privilege : all_privileges) {
    if (to_string(privilege) == words) {
      return privilege;
    }
  }
  return std::nullopt;
}

/// A set of privileges; iterate over one of the arrays above and ask `has` for the order.
class PrivilegeSet {
 public:
  constexpr PrivilegeSet() = default;
  constexpr PrivilegeSet(std::initializer_list<Privilege> privileges) {
    for (const Privilege privilege : privileges) {
      add(privilege);
    }
  }
  /// Of one of the arrays above.
  template <std::size_t count>
  explicit constexpr PrivilegeSet(const std::array<Privilege, count>& privileges) {
    for (const Privilege privilege : privileges) {
      add(privilege);
    }
  }
  /// The server's bits; what they hold besides privileges is dropped.
  static constexpr PrivilegeSet from_bits(std::uint64_t bits) {
    constexpr std::uint64_t known = (std::uint64_t{1} << all_privileges.size()) - 1;
    return PrivilegeSet(static_cast<std::uint16_t>(bits & known));
  }

  [[nodiscard]] constexpr std::uint16_t bits() const { return bits_; }
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
    return PrivilegeSet(static_cast<std::uint16_t>(a.bits_ | b.bits_));
  }
  friend constexpr PrivilegeSet operator&(PrivilegeSet a, PrivilegeSet b) {
    return PrivilegeSet(static_cast<std::uint16_t>(a.bits_ & b.bits_));
  }
  /// What is in `a` and not in `b`.
  friend constexpr PrivilegeSet operator-(PrivilegeSet a, PrivilegeSet b) {
    return PrivilegeSet(static_cast<std::uint16_t>(a.bits_ & ~b.bits_));
  }
  friend constexpr bool operator==(PrivilegeSet, PrivilegeSet) = default;

 private:
  explicit constexpr PrivilegeSet(std::uint16_t bits) : bits_(bits) {}
  static constexpr std::uint16_t bit(Privilege privilege) {
    return static_cast<std::uint16_t>(1U << static_cast<unsigned>(privilege));
  }

  std::uint16_t bits_ = 0;
};

}  // namespace conncheck
