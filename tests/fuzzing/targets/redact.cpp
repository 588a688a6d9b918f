// Text of other software, with secrets to be taken out. The first line of the input is the secret.
#include "agent/core/redact.hpp"

#include "tests/fuzzing/invariant.hpp"

using namespace conncheck;
using namespace conncheck::fuzzing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = view_of(data, size);
  const std::string secret(take_line(rest));
  const std::string text(rest);
  const std::string shown = redact(text, {Secret(secret)});
  // The mask itself is made of asterisks.
  const bool is_told = !secret.empty() && secret.find('*') == std::string::npos &&
                       shown.find(secret) != std::string::npos;
  demand(!is_told, "the secret is told", shown);
  demand(shown.size() <= 3 * text.size(), "the masks are longer than what they hide");
  if (text.find("q9Z") != std::string::npos) {
    return 0;
  }
  const std::string forms = text + " password=q9Zx7Kw3 //u:q9Zx7Kw3@h ";
  demand(redact(forms, {}).find("q9Zx7Kw3@") == std::string::npos, "a URL's password is told");
  return 0;
}
