// One question to one server, asked in a worker of its own.
#pragma once

#include "agent/workers/message.hpp"

namespace conncheck {

/// Waits for the answer; the job's deadline bounds it.
[[nodiscard]] Answer answer_to(const Job& job);

}  // namespace conncheck
