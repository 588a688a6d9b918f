// What libpq itself says when a connection fails, without a SQLSTATE.
#pragma once

#include <string>
#include <string_view>

#include "agent/core/login_refusal.hpp"

namespace conncheck {

/// A verdict and the words that it rests on.
struct Reading {
  Verdict verdict;
  std::string text;
};

/// The failure of a try that had come to `phase`. libpq may tell of several addresses in lines of
/// their own. `certificate_fault`: as in Attempt.
[[nodiscard]] Reading read_libpq(Phase phase, std::string_view message, long certificate_fault);

/// The first line only, without libpq's prefix that repeats host and port.
[[nodiscard]] std::string first_line(std::string_view libpq_message);

}  // namespace conncheck
