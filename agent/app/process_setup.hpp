// What the process does before anything else, for the sake of secrets and of a true answer.
#pragma once

namespace conncheck {

/// Overwrites the value of --url in the process's argument list, which other users can read, once
/// the parser has its own copy.
void hide_urls(int argc, char** argv);

/// Removes libpq's environment variables but for its files' places and PGPASSWORD: what is tested
/// is what the configuration says, not what happens to be set where the program was started.
void ignore_libpq_environment();

}  // namespace conncheck
