#include "agent/render/junit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "agent/core/grant_statement.hpp"
#include "agent/core/printable.hpp"
#include "agent/core/sql_identifier.hpp"
#include "agent/render/report_words.hpp"
#include "agent/render/timestamp.hpp"

namespace conncheck {
namespace {

/// For attributes and content alike.
std::string xml(std::string_view text) {
  std::string escaped;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&apos;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

/// Several lines; each is escaped for itself, so that the line ends stay.
std::string xml_lines(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines += xml(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

double seconds(std::chrono::milliseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

struct Counts {
  std::int64_t tests = 0;
  std::int64_t failures = 0;
  std::int64_t errors = 0;
};

Counts counts_of(const RunTotals& totals) {
  return {totals.checks() + totals.findings(),
          totals.failed() - totals.misconfigured() + totals.critical_findings(),
          totals.misconfigured()};
}

class Suite {
 public:
  explicit Suite(const CheckReport& report) : report_(report) {}

  std::string text() {
    append_connect();
    append_findings(report_.login.findings, login_role(report_));
    for (const RolePermissions& role : report_.roles) {
      append_findings(role.findings, role.role_name);
    }
    RunTotals totals;
    totals.add(report_);
    const Counts counts = counts_of(totals);
    return fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"0\" "
        "time=\"{:.3f}\" timestamp=\"{}\">\n{}  </testsuite>\n",
        xml(report_.connection), counts.tests, counts.failures, counts.errors,
        seconds(report_.duration.total), utc_timestamp(report_.started_at), cases_);
  }

 private:
  void append_case(std::string_view name, double time, std::string_view content) {
    cases_ += fmt::format("    <testcase classname=\"conncheck.{}\" name=\"{}\" time=\"{:.3f}\"",
                          xml(report_.connection), xml(name), time);
    cases_ += content.empty() ? "/>\n" : fmt::format(">\n{}    </testcase>\n", content);
  }

  void append_connect() {
    std::string content;
    if (report_.error) {
      const Failure& failure = *report_.error;
      const bool misconfigured = failure.code == FailureCode::config_error;
      const std::string_view element = misconfigured ? "error" : "failure";
      std::string details;
      for (const std::string& detail : detail_words(report_)) {
        details += xml(detail) + "\n";
      }
      content = fmt::format("      <{0} type=\"{1}\" message=\"{2}\">{3}</{0}>\n", element,
                            to_string(failure.code), xml(failure.message), details);
    }
    append_case("connect", seconds(report_.duration.total), content);
  }

  void append_findings(const std::vector<Finding>& findings, std::string_view role) {
    for (const Finding& finding : findings) {
      std::string name = fmt::format("{} {}", finding.rule, quote_grantee(role));
      if (!finding.missing.empty()) {
        name += " " + list_privileges(finding.missing);
      }
      if (finding.schema_name && finding.table_name) {
        name += " on " + quote_relation(*finding.schema_name, *finding.table_name);
      }
      name += fmt::format(" [{}]", finding.id);
      const std::string fix = finding.fix ? "\n" + xml_lines(*finding.fix) : "";
      std::string content;
      if (finding.severity == Severity::critical) {
        content = fmt::format("      <failure type=\"{}\" message=\"{}\">{}</failure>\n",
                              xml(finding.rule), xml(finding.message), fix);
      } else {
        content = fmt::format("      <system-out>Warning: {}{}</system-out>\n",
                              xml(finding.message), fix);
      }
      append_case(name, 0, content);
    }
  }

  const CheckReport& report_;
  std::string cases_;
};

}  // namespace

std::string JunitFormat::begin(const RunTotals& totals) const {
  const Counts counts = counts_of(totals);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"conncheck\" tests=\"{}\" "
      "failures=\"{}\" errors=\"{}\" time=\"{:.3f}\">\n",
      counts.tests, counts.failures, counts.errors, seconds(totals.summed_duration()));
}

std::string JunitFormat::check(const CheckReport& report) const { return Suite(report).text(); }

std::string JunitFormat::end(const RunTotals& /*totals*/) const { return "</testsuites>\n"; }

}  // namespace conncheck
