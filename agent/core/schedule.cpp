#include "agent/core/schedule.hpp"

namespace conncheck {
namespace {

/// FNV-1a with a final mix (SplitMix64's): the same on every machine, unlike std::hash.
std::uint64_t spread(std::string_view name, std::uint64_t run) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char character : name) {
    hash = (hash ^ static_cast<unsigned char>(character)) * 0x100000001b3U;
  }
  hash += run * 0x9e3779b97f4a7c15U;
  hash = (hash ^ (hash >> 30U)) * 0xbf58476d1ce4e5b9U;
  hash = (hash ^ (hash >> 27U)) * 0x94d049bb133111ebU;
  return hash ^ (hash >> 31U);
}

}  // namespace

double share_of(std::string_view name, std::uint64_t number) {
  return static_cast<double>(spread(name, number) % 10'000) / 10'000.0;
}

std::chrono::milliseconds interval(const Schedule& schedule, std::string_view name,
                                   std::uint64_t run) {
  const std::chrono::milliseconds every =
      schedule.every.count() > 0 ? schedule.every : default_interval;
  return every + std::chrono::milliseconds(static_cast<std::int64_t>(
                     static_cast<double>(every.count()) * schedule.jitter * share_of(name, run)));
}

Uptime next_due(Uptime last_due, std::chrono::milliseconds interval, Uptime now) {
  const Uptime due = last_due + interval;
  return due < now ? now : due;
}

}  // namespace conncheck
