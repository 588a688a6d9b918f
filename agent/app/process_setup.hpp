// What the process does before anything else, for the sake of secrets and of a true answer.
#pragma once

#include <string_view>

namespace conncheck {

/// Makes descriptors 0 to 2 exist (a connection must never be opened as standard output), keeps
/// memory with secrets in it out of core dumps, raises the limit of open files as far as it may be,
/// and sets the signals that a parent may have left ignored.
void prepare_process();

/// How many files this process may have open.
[[nodiscard]] int descriptor_limit();

/// Whether an argument is a URL or a list of libpq's keywords, and so may hold a password.
[[nodiscard]] bool may_hold_password(std::string_view argument);

/// Overwrites what may hold a password in the process's argument list, which other users can read,
/// once the parser has its own copy.
void hide_urls(int argc, char** argv);

/// Removes libpq's environment variables but for its files' places and PGPASSWORD: what is tested
/// is what the configuration says, not what happens to be set where the program was started.
void ignore_libpq_environment();

}  // namespace conncheck
