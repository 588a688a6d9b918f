#include "agent/render/markdown.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "agent/core/finding_group.hpp"
#include "agent/core/printable.hpp"
#include "agent/render/report_words.hpp"

namespace conncheck {
namespace {

/// Text that Markdown shows as it is, in a line or a cell.
std::string plain(std::string_view text) {
  std::string escaped;
  for (const char c : printable(text)) {
    switch (c) {
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      case '@':
        escaped += "&#64;";  // or GitHub would tell a user who has that name
        break;
      default:
        if (std::string_view("\\`*_[]|~#!$").find(c) != std::string_view::npos) {
          escaped += '\\';
        }
        escaped += c;
    }
  }
  return escaped;
}

/// A code block whose fence is longer than any run of backticks in it.
std::string sql_block(std::string_view statements, std::string_view indent) {
  std::string lines;
  std::size_t longest = 0;
  while (!statements.empty()) {
    const std::size_t end = std::min(statements.find('\n'), statements.size());
    const std::string line = printable(statements.substr(0, end));
    std::size_t run = 0;
    for (const char c : line) {
      run = c == '`' ? run + 1 : 0;
      longest = std::max(longest, run);
    }
    lines += fmt::format("{}{}\n", indent, line);
    statements.remove_prefix(std::min(end + 1, statements.size()));
  }
  const std::string fence(std::max<std::size_t>(3, longest + 1), '`');
  return fmt::format("\n{0}{1}sql\n{2}{0}{1}\n", indent, fence, lines);
}

std::string relations_table(const RolePermissions& role, const std::string& role_name) {
  if (role.tables.empty()) {
    return "Role " + plain(role_name) + " holds no privilege on any relation.\n";
  }
  const bool has_notes = std::any_of(
      role.tables.begin(), role.tables.end(),
      [](const RelationPermissions& relation) { return !relation_notes(relation).empty(); });
  std::string table = "| Role | Schema | Table | Read | Write | Truncate |";
  table += has_notes ? " Notes |\n" : "\n";
  table += "| --- | --- | --- | --- | --- | --- |";
  table += has_notes ? " --- |\n" : "\n";
  for (const RelationPermissions& relation : role.tables) {
    table += fmt::format("| {} | {} | {} | {} | {} | {} |", plain(role_name),
                         plain(relation.schema_name), plain(relation.table_name),
                         verdict_word(relation.can_read), verdict_word(relation.can_write),
                         verdict_word(relation.can_truncate));
    table += has_notes ? fmt::format(" {} |\n", plain(relation_notes(relation))) : "\n";
  }
  return table + "\n" + summary_words(role.summary) + "\n";
}

std::string finding_list(const RolePermissions& role, const std::string& role_name) {
  std::string list;
  for (const FindingGroup& group : group_findings(role.findings, role_name)) {
    list += fmt::format("{}- **{}** {}: {}\n", list.empty() ? "\n" : "", to_string(group.severity),
                        plain(group.rule), plain(group.message));
    if (group.fix) {
      list += sql_block(*group.fix, "  ");
    }
  }
  return list;
}

std::string section(const CheckReport& report) {
  std::string text = fmt::format("## {}: {}\n\n{}\n\n", plain(report.connection),
                                 to_string(report.status), plain(connected_words(report)));
  for (const std::string& detail : detail_words(report)) {
    text += "- " + plain(detail) + "\n";
  }
  if (!report.error) {
    const std::string role = login_role(report);
    text += "\n" + relations_table(report.login, role) + finding_list(report.login, role);
  }
  for (const RolePermissions& role : report.roles) {
    text += fmt::format("\n### Audited role {}\n\n", plain(role.role_name));
    text += relations_table(role, role.role_name) + finding_list(role, role.role_name);
  }
  return text + "\n";
}

}  // namespace

std::string MarkdownFormat::begin(const RunTotals& /*totals*/) const { return "# conncheck\n\n"; }

std::string MarkdownFormat::check(const CheckReport& report) const { return section(report); }

std::string MarkdownFormat::end(const RunTotals& totals) const {
  return plain(run_words(totals)) + "\n";
}

}  // namespace conncheck
