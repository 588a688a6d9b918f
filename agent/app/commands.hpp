// The commands. Each returns the process's exit code; results go to standard output, everything
// else to standard error.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace conncheck {

struct CheckArguments {
  std::string config;
  std::vector<std::string> names;
  std::string url;  ///< instead of a configuration
  std::string format = "table";
  std::string color = "auto";
  std::vector<std::string> require;  ///< privilege words
  std::vector<std::string> roles;
  bool no_extension = false;
  bool prove = false;
  bool prove_unsafe = false;
};

struct ExplainArguments {
  std::string config;
  std::vector<std::string> words;  ///< NAME OBJECT PRIVILEGE; no NAME with `url`
  std::string url;
  std::string role;  ///< empty: the connection's own
  std::string format = "table";
  std::string color = "auto";
};

/// Of `history` and `diff`.
struct HistoryArguments {
  std::string config;
  std::string name;
  std::string at;     ///< a date; empty: none was given
  std::string until;  ///< `diff` only
  std::string format = "text";
  std::int64_t limit = 50;  ///< `history` only
};

int check_command(const CheckArguments& arguments);
int explain_command(const ExplainArguments& arguments);
int history_command(const HistoryArguments& arguments);
int diff_command(const HistoryArguments& arguments);
int agent_command(const std::string& config);
int validate_command(const std::string& config);
int list_command(const std::string& config);
int version_command();

}  // namespace conncheck
