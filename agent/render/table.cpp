#include "agent/render/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "agent/core/finding_group.hpp"
#include "agent/core/printable.hpp"
#include "agent/core/sql_identifier.hpp"
#include "agent/render/report_words.hpp"
#include "agent/render/wrapped_text.hpp"

namespace conncheck {
namespace {

constexpr std::size_t default_width = 100;
constexpr std::size_t narrowest_text = 30;

enum class Style { plain, bold, dim, green, yellow, red, magenta };

std::string_view ansi(Style style) {
  switch (style) {
    case Style::plain:
      return "";
    case Style::bold:
      return "\x1b[1m";
    case Style::dim:
      return "\x1b[2m";
    case Style::green:
      return "\x1b[32m";
    case Style::yellow:
      return "\x1b[33m";
    case Style::red:
      return "\x1b[31m";
    case Style::magenta:
      return "\x1b[35m";
  }
  return "";
}

Style style_of(Status status) {
  switch (status) {
    case Status::ok:
      return Style::green;
    case Status::warning:
      return Style::yellow;
    case Status::critical:
      return Style::red;
    case Status::unknown:
      return Style::magenta;
  }
  return Style::plain;
}

Style style_of_verdict(std::string_view verdict) {
  if (verdict == "yes") {
    return Style::green;
  }
  return verdict == "no" ? Style::dim : Style::yellow;
}

std::string upper(std::string_view word) {
  std::string result(word);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return result;
}

constexpr std::array<std::string_view, 7> titles = {"Role",  "Schema",   "Table", "Read",
                                                    "Write", "Truncate", "Notes"};
constexpr std::size_t notes_column = 6;
using Row = std::array<std::string, titles.size()>;
using Widths = std::array<std::size_t, titles.size()>;

Row row_of(const std::string& role, const RelationPermissions& relation) {
  return {printable(role),
          printable(relation.schema_name),
          printable(relation.table_name),
          verdict_word(relation.can_read),
          verdict_word(relation.can_write),
          verdict_word(relation.can_truncate),
          relation_notes(relation)};
}

class Page {
 public:
  explicit Page(const TableOptions& options) : options_(options) {}

  std::string check(const CheckReport& report) {
    add_head(report);
    if (!report.error) {
      add_role(report.login, login_role(report));
    }
    for (const RolePermissions& role : report.roles) {
      out_ += "\n  " + styled("Audited role " + printable(role.role_name), Style::bold) + "\n";
      add_role(role, role.role_name);
    }
    return std::move(out_);
  }

  [[nodiscard]] std::string summary(const RunTotals& totals) const {
    return styled(run_words(totals), Style::bold);
  }

 private:
  [[nodiscard]] std::string styled(std::string_view text, Style style) const {
    return options_.colour && style != Style::plain ? fmt::format("{}{}\x1b[0m", ansi(style), text)
                                                    : std::string(text);
  }

  /// `indent` columns in front of each line; `text` is broken to fit.
  void add_text(std::string_view text, std::size_t indent, char only_after = '\0') {
    const std::size_t width = options_.width.value_or(default_width);
    const std::size_t room = std::max(width, indent + narrowest_text) - indent;
    for (const std::string& line : wrapped(text, room, only_after)) {
      out_.append(indent, ' ');
      out_ += line + "\n";
    }
  }

  void add_head(const CheckReport& report) {
    out_ += fmt::format("{}  {}: {}\n",
                        styled(upper(to_string(report.status)), style_of(report.status)),
                        styled(printable(report.connection), Style::bold), connected_words(report));
    for (const std::string& detail : detail_words(report)) {
      add_text(detail, 2);
    }
  }

  void add_role(const RolePermissions& role, const std::string& role_name) {
    out_ += '\n';
    if (role.tables.empty()) {
      out_ += fmt::format("  {} holds no privilege on any relation.\n", printable(role_name));
    } else {
      std::vector<Row> rows;
      for (const RelationPermissions& relation : role.tables) {
        rows.push_back(row_of(role_name, relation));
      }
      add_rows(rows);
      out_ += "\n  " + summary_words(role.summary) + "\n";
    }
    for (const FindingGroup& group : group_findings(role.findings, role_name)) {
      add_finding(group);
    }
  }

  void add_rows(const std::vector<Row>& rows) {
    Widths widths{};
    bool has_notes = false;
    for (const Row& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        widths[i] = std::max(widths[i], display_width(row[i]));
      }
      has_notes = has_notes || !row[notes_column].empty();
    }
    const std::size_t columns = has_notes ? titles.size() : notes_column;
    Row head;
    Row rule;
    for (std::size_t i = 0; i < columns; ++i) {
      head[i] = titles[i];
      widths[i] = std::max(widths[i], titles[i].size());
    }
    const std::size_t notes_width = fit_notes(widths);
    for (std::size_t i = 0; i < columns; ++i) {
      rule[i].assign(i == notes_column ? std::min(widths[i], notes_width) : widths[i], '-');
    }
    add_row(head, widths, notes_width, Style::bold);
    add_row(rule, widths, notes_width, Style::dim);
    for (const Row& row : rows) {
      add_row(row, widths, notes_width, Style::plain);
    }
  }

  /// How wide the notes may be before they are broken; the other columns never are.
  [[nodiscard]] std::size_t fit_notes(const Widths& widths) const {
    if (!options_.width) {
      return std::max<std::size_t>(widths[notes_column], 1);
    }
    const std::size_t used = notes_begin(widths);
    return std::max(*options_.width, used + narrowest_text) - used;
  }

  static std::size_t notes_begin(const Widths& widths) {
    std::size_t begin = 2;
    for (std::size_t i = 0; i < notes_column; ++i) {
      begin += widths[i] + 2;
    }
    return begin;
  }

  /// Cells have their own colours where `style` is plain.
  void add_row(const Row& row, const Widths& widths, std::size_t notes_width, Style style) {
    std::string line;
    std::size_t pending = 2;  // spaces are put in front of text only: none at the end of a line
    for (std::size_t i = 0; i < notes_column; ++i) {
      constexpr std::size_t first_verdict = 3;
      const Style cell_style =
          style == Style::plain && i >= first_verdict ? style_of_verdict(row[i]) : style;
      line.append(pending, ' ');
      line += styled(row[i], cell_style);
      pending = widths[i] - display_width(row[i]) + 2;
    }
    if (!row[notes_column].empty()) {
      line.append(pending, ' ');
      std::size_t indent = 0;
      for (const std::string& part : wrapped(row[notes_column], notes_width)) {
        line.append(indent, ' ');
        line += styled(part, style) + "\n";
        indent = notes_begin(widths);
      }
      out_ += line;
    } else {
      out_ += line + "\n";
    }
  }

  void add_finding(const FindingGroup& group) {
    const Status status = group.severity == Severity::critical ? Status::critical : Status::warning;
    const std::string times = group.count == 1 ? "" : fmt::format(" ({} findings)", group.count);
    out_ += fmt::format("\n  {}  {}{}\n", styled(upper(to_string(status)), style_of(status)),
                        styled(group.rule, Style::bold), times);
    add_text(printable(group.message), 4);
    if (group.fix) {
      std::string_view fix = *group.fix;
      while (!fix.empty()) {
        const std::size_t end = std::min(fix.find('\n'), fix.size());
        add_text(printable(fix.substr(0, end)), 6, ',');
        fix.remove_prefix(std::min(end + 1, fix.size()));
      }
    }
  }

  TableOptions options_;
  std::string out_;
};

}  // namespace

std::string TableFormat::begin(const RunTotals& /*totals*/) const { return {}; }

std::string TableFormat::check(const CheckReport& report) const {
  return Page(options_).check(report);
}

std::string TableFormat::end(const RunTotals& totals) const {
  return (totals.checks() == 0 ? "" : "\n") + Page(options_).summary(totals) + "\n";
}

}  // namespace conncheck
