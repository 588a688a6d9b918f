#include "agent/render/explanation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "agent/core/printable.hpp"
#include "agent/core/sql_identifier.hpp"
#include "agent/render/csv_cell.hpp"
#include "agent/render/json_document.hpp"
#include "agent/render/wrapped_text.hpp"

namespace conncheck {
namespace {

namespace json = boost::json;

constexpr int schema_version = 1;
constexpr std::size_t default_width = 100;
constexpr std::size_t narrowest_text = 30;

constexpr std::string_view bold = "\x1b[1m";
constexpr std::string_view plain = "\x1b[0m";

/// Held without SET ROLE, held at all, usable.
struct Outcome {
  bool held = false;
  bool by_set_role = false;
  bool usable = false;
};

Outcome outcome_of(const Explanation& explanation, const std::string& privilege) {
  Outcome outcome;
  for (const ExplanationRow& row : explanation.rows) {
    if (row.privilege == privilege) {
      outcome.held = outcome.held || (row.held && !row.requires_set_role);
      outcome.by_set_role = outcome.by_set_role || row.requires_set_role;
      outcome.usable = outcome.usable || (row.held && row.usable && !row.requires_set_role);
    }
  }
  return outcome;
}

std::string head_words(const Explanation& explanation, const std::string& privilege) {
  const Outcome outcome = outcome_of(explanation, privilege);
  const char* verb = "lacks";
  const char* tail = "";
  if (outcome.usable) {
    verb = "holds and can use";
  } else if (outcome.held) {
    verb = "holds";
    tail = ", but cannot use it";
  } else if (outcome.by_set_role) {
    tail = " until it uses SET ROLE";
  }
  return fmt::format("{} {} {} on {}{}", quote_grantee(explanation.role_name), verb, privilege,
                     explanation.object, tail);
}

std::string way_words(const ExplanationRow& row) {
  std::string words;
  for (const std::string& role : row.role_path) {
    words += words.empty() ? "" : " → ";
    words += quote_grantee(role);
  }
  const auto add = [&words](std::string_view part) {
    words += words.empty() ? "" : ", ";
    words += part;
  };
  if (row.grantor) {
    add("granted by " + quote_grantee(*row.grantor));
  }
  if (row.grantable) {
    add("with grant option");
  }
  if (row.requires_set_role) {
    add("by SET ROLE only");
  }
  return words;
}

std::string joined_path(const ExplanationRow& row) {
  std::string path;
  for (const std::string& role : row.role_path) {
    path += path.empty() ? "" : ";";
    path += quote_ident_visibly(role);
  }
  return path;
}

std::string_view flag(bool value) { return value ? "true" : "false"; }

/// Text of the page, indented and broken to fit.
class Page {
 public:
  explicit Page(const TableOptions& options) : options_(options) {}

  void add_head(std::string_view text) {
    out_ += out_.empty() ? "" : "\n";
    const std::string shown = printable(text);
    out_ += options_.colour ? fmt::format("{}{}{}\n", bold, shown, plain) : shown + "\n";
  }

  void add(std::string_view text, std::size_t indent, char only_after = '\0') {
    const std::size_t width = options_.width.value_or(default_width);
    const std::size_t room = std::max(width, indent + narrowest_text) - indent;
    for (const std::string& line : wrapped(printable(text), room, only_after)) {
      out_.append(indent, ' ');
      out_ += line + "\n";
    }
  }

  [[nodiscard]] std::string finish() && { return std::move(out_); }

 private:
  TableOptions options_;
  std::string out_;
};

}  // namespace

std::string render_explanation_table(const Explanation& explanation, const TableOptions& options) {
  Page page(options);
  for (const std::string& privilege : explanation.privileges) {
    page.add_head(head_words(explanation, privilege));
    for (const ExplanationRow& row : explanation.rows) {
      if (row.privilege != privilege) {
        continue;
      }
      const std::string way = way_words(row);
      page.add(way.empty() ? row.source : fmt::format("{}: {}", row.source, way), 2);
      if (!row.detail.empty()) {
        page.add(row.detail, 4);
      }
      if (row.fix) {
        page.add(*row.fix, 6, ',');
      }
    }
  }
  return std::move(page).finish();
}

std::string render_explanation_json(const Explanation& explanation) {
  json::array rows;
  for (const ExplanationRow& row : explanation.rows) {
    rows.push_back(json::object{{"privilege", json_text(row.privilege)},
                                {"held", row.held},
                                {"usable", row.usable},
                                {"source", json_text(row.source)},
                                {"role_path", json_texts(row.role_path)},
                                {"grantor", json_text_or_null(row.grantor)},
                                {"grantable", row.grantable},
                                {"requires_set_role", row.requires_set_role},
                                {"detail", json_text(row.detail)},
                                {"fix", json_text_or_null(row.fix)}});
  }
  return json_document({{"schema_version", schema_version},
                        {"tool_version", CONNCHECK_VERSION},
                        {"connection", json_text(explanation.connection)},
                        {"role_name", json_text(explanation.role_name)},
                        {"object", json_text(explanation.object)},
                        {"rows", std::move(rows)}});
}

std::string render_explanation_csv(const Explanation& explanation) {
  std::string out =
      "connection,role,object,privilege,held,usable,source,role_path,grantor,grantable,"
      "requires_set_role,detail,fix\n";
  for (const ExplanationRow& row : explanation.rows) {
    const std::vector<std::string> cells = {explanation.connection,
                                            explanation.role_name,
                                            explanation.object,
                                            row.privilege,
                                            std::string(flag(row.held)),
                                            std::string(flag(row.usable)),
                                            row.source,
                                            joined_path(row),
                                            row.grantor.value_or(""),
                                            std::string(flag(row.grantable)),
                                            std::string(flag(row.requires_set_role)),
                                            row.detail,
                                            row.fix.value_or("")};
    append_csv_row(cells, out);
  }
  return out;
}

}  // namespace conncheck
