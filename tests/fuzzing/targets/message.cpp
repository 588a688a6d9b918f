// Messages between the supervisor and its workers, as a process may send them in which something
// has gone wrong.
#include "agent/workers/message.hpp"

#include "tests/fuzzing/invariant.hpp"

using namespace conncheck;
using namespace conncheck::fuzzing;

namespace {

/// Every word that a listing may ask for.
void name_everything(const CheckReport& report) {
  demand(!to_string(report.status).empty() && exit_code(report.status) >= 0, "no status");
  demand(!report.source || !to_string(*report.source).empty(), "no source");
  if (report.error) {
    demand(!to_string(report.error->code).empty() && !to_string(report.error->phase).empty(),
           "no failure");
  }
  (void)status_of(report);
  (void)summarize(report.login.tables, report.login.schemas);
  for (const RelationPermissions& relation : report.login.tables) {
    for (const auto& [privilege, columns] : relation.column_privileges) {
      demand(!to_string(privilege).empty(), "no privilege");
    }
  }
}

void name_everything(const Job& job) {
  demand_printable(display_target(job.connection));
  demand(job.connection.provider <= Provider::supabase, "no provider");
  for (const NamePattern& pattern : job.connection.roles) {
    (void)pattern.matches("app");
  }
}

/// What was read is written as it was read; not byte for byte, as a set has one order only.
template <class Message>
void check(const std::optional<Message>& message,
           std::optional<Message> (*decode)(std::string_view bytes)) {
  if (!message) {
    return;
  }
  const std::string bytes = encode(*message);
  const std::optional<Message> again = decode(bytes);
  demand(again && encode(*again) == bytes, "a message changes on its way");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = view_of(data, size);
  const std::optional<Job> job = decode_job(bytes);
  check(job, decode_job);
  if (job) {
    name_everything(*job);
  }
  const std::optional<Answer> answer = decode_answer(bytes);
  check(answer, decode_answer);
  if (answer) {
    name_everything(answer->report);
  }
  return 0;
}
