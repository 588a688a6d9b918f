#include "agent/render/grant_plan.hpp"

#include "agent/core/printable.hpp"
#include "agent/render/wrapped_text.hpp"

namespace conncheck {
namespace {

constexpr std::size_t comment_width = 100;

/// No name can end the comment: what is printable is one line.
void append_comment(std::string& script, const std::string& sentence) {
  for (const std::string& line : wrapped(printable(sentence), comment_width)) {
    script += "-- " + line + "\n";
  }
}

}  // namespace

std::string render_grant_plan(const ConnectionPlan& plan) {
  const GrantPlan& statements = plan.plan;
  std::string script;
  append_comment(script, plan.connection + ": " + plan.target);
  if (statements.steps.empty() && statements.impossible.empty()) {
    append_comment(script, "`require` and `forbid` are met: nothing to run.");
    return script;
  }
  if (!statements.steps.empty()) {
    append_comment(script, "To be run in this database as a superuser, in this order.");
  }
  for (const GrantPlan::Step& step : statements.steps) {
    script += "\n";
    for (const std::string& reason : step.reasons) {
      append_comment(script, reason);
    }
    script += step.sql + "\n";
  }
  if (!statements.impossible.empty()) {
    script += "\n";
    append_comment(script, "No statement is proposed for:");
    for (const std::string& sentence : statements.impossible) {
      append_comment(script, "* " + sentence);
    }
  }
  return script;
}

}  // namespace conncheck
