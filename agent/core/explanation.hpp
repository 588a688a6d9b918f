// Why a role has, or lacks, a privilege: conncheck_explain()'s rows, and why there may be none.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace conncheck {

struct ExplanationQuestion {
  std::string object;                   ///< `[type] identity`
  std::vector<std::string> privileges;  ///< each is asked about
  std::optional<std::string> role;      ///< nothing: the connection's own
};

/// The privileges that a word of the command line stands for: `read`, `write`, or its own.
[[nodiscard]] std::vector<std::string> explained_privileges(const std::string& word);

/// One row of conncheck_explain(), with the privilege that it was asked about.
struct ExplanationRow {
  std::string privilege;
  bool held = false;
  bool usable = false;
  std::string source;
  std::vector<std::string> role_path;  ///< from the role to the holder of the grant
  std::optional<std::string> grantor;
  bool grantable = false;
  bool requires_set_role = false;
  std::string detail;
  std::optional<std::string> fix;
};

/// No answer, and what to do about it.
struct ExplanationRefusal {
  std::string message;
  std::string hint;
};

struct Explanation {
  std::string connection;
  std::string role_name;
  std::string object;
  std::vector<std::string> privileges;
  std::vector<ExplanationRow> rows;
  std::optional<ExplanationRefusal> refusal;
};

/// The refusal where the extension cannot be asked; nothing where it can. `version`: of the
/// installed extension; `executable`: whether conncheck_explain() may be called, nothing where it
/// has none.
[[nodiscard]] std::optional<ExplanationRefusal> refusal_without_extension(
    const std::optional<std::string>& version, std::optional<bool> executable);

/// The server's error speaks of what was asked (an unknown object, role or privilege).
[[nodiscard]] bool is_about_the_question(std::string_view sqlstate);

}  // namespace conncheck
