// What the supervisor and its workers tell each other, as bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/core/connection.hpp"
#include "agent/core/explanation.hpp"
#include "agent/core/report.hpp"

namespace conncheck {

/// One check, or one question, and all that a worker needs to know for it. Holds secrets.
struct Job {
  Connection connection;
  bool use_extension = true;
  bool prove = false;                           ///< ask the server itself too, by EXPLAIN
  bool prove_unsafe = false;                    ///< with rights that make it dangerous, too
  bool wants_rows = true;                       ///< else the report counts them alone
  bool wants_digest = false;                    ///< CheckReport::digest is to be there
  std::optional<ExplanationQuestion> question;  ///< asked instead of the permissions
};

struct Answer {
  CheckReport report;  ///< after a question: only the name, the error and the durations
  std::optional<Explanation> explanation;
};

[[nodiscard]] std::string encode(const Job& job);
[[nodiscard]] std::string encode(const Answer& answer);

/// Nothing where the bytes are no job: they come from a process that has gone wrong.
[[nodiscard]] std::optional<Job> decode_job(std::string_view bytes);
[[nodiscard]] std::optional<Answer> decode_answer(std::string_view bytes);

}  // namespace conncheck
