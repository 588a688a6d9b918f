// What a report says to people, in words; the table and Markdown share it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/core/report.hpp"
#include "agent/core/run_totals.hpp"

namespace conncheck {

// Everything returned here is printable: valid UTF-8 on one line, without control characters.

/// "connected as app to orders at db:5432", or "not connected to app@db:5432/orders".
[[nodiscard]] std::string connected_words(const CheckReport& report);

/// The server, TLS, where the answer comes from, the time; who is who where users differ; on
/// failure what failed in which phase, the server's words, and what to do. One sentence each.
[[nodiscard]] std::vector<std::string> detail_words(const CheckReport& report);

/// yes, no, or ? for what could not be worked out.
[[nodiscard]] std::string verdict_word(std::optional<bool> verdict);

/// What Read, Write and Truncate do not say of a relation: its kind where it is no table, what is
/// held in part, what blocks, row security. Empty if there is nothing to add.
[[nodiscard]] std::string relation_notes(const RelationPermissions& relation);

/// "12 relations in 2 schemas: 12 readable, 3 writable, 0 truncatable"
[[nodiscard]] std::string summary_words(const Summary& summary);

/// "4 connections: 1 ok, 1 warning, 2 critical (0.34 s)"; the time is from the first check's start
/// to the last one's end.
[[nodiscard]] std::string run_words(const RunTotals& totals);

/// The name of the role that the login's permissions are about.
[[nodiscard]] std::string login_role(const CheckReport& report);

}  // namespace conncheck
