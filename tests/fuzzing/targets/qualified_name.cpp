// Names and routines as conncheck_explain() is asked about them.
#include "extension/rules/qualified_name.hpp"

#include "agent/core/sql_identifier.hpp"
#include "tests/fuzzing/invariant.hpp"

using namespace conncheck;
using namespace conncheck::fuzzing;

namespace {

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    text += (text.empty() ? "" : ".") + quote_ident(part);
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = view_of(data, size);
  if (const auto parts = rules::split_name(text)) {
    demand(!parts->empty(), "a name without parts");
    demand(rules::split_name(joined(*parts)) == parts, "the parts, quoted, are another name");
  }
  const rules::RoutineText routine = rules::split_routine(text);
  demand(text.starts_with(routine.name), "a routine's name is not its beginning");
  demand(routine.arguments ? routine.arguments->starts_with('(') : routine.name == text,
         "a routine's arguments are not its end");
  return 0;
}
