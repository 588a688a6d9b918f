// The commands. Each returns the process's exit code; results go to standard output, everything
// else to standard error.
#pragma once

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

int check_command(const CheckArguments& arguments);
int explain_command(const ExplainArguments& arguments);
int agent_command(const std::string& config);
int validate_command(const std::string& config);
int list_command(const std::string& config);
int version_command();

}  // namespace conncheck
