#include "agent/workers/message.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace conncheck {
namespace {

using namespace std::chrono_literals;

Job sample_job() {
  Job job;
  job.connection.name = "orders";
  job.connection.origin = {"a.yml", 3, 5};
  job.connection.parameters = {{"host", "db"}, {"dbname", std::string("a\0b", 3)}};
  job.connection.secret_parameters.emplace("sslpassword", Secret("sesame"));
  job.connection.password = PasswordCommand{{"pass", "show orders"}};
  job.connection.provider = Provider::neon;
  job.connection.timeout = 1234ms;
  job.connection.roles = {utf8_pattern("etl_*"), NamePattern::exactly("a*")};
  PolicyRule rule;
  rule.tables = {std::get<RelationPattern>(RelationPattern::parse("public.\"a*\""))};
  rule.privileges = {Privilege::select, Privilege::maintain};
  rule.only_applicable_kinds = true;
  job.connection.require = {rule};
  job.prove = true;
  job.wants_rows = false;
  job.question = ExplanationQuestion{"schema s", {"USAGE"}, "etl"};
  return job;
}

TEST(Message, JobComesThroughWhole) {
  const std::optional<Job> job = decode_job(encode(sample_job()));
  ASSERT_TRUE(job);
  const Connection& connection = job->connection;
  EXPECT_EQ(connection.name, "orders");
  EXPECT_EQ(connection.origin.line, 3);
  EXPECT_EQ(connection.parameters, sample_job().connection.parameters);
  EXPECT_EQ(connection.secret_parameters.at("sslpassword").reveal(), "sesame");
  EXPECT_EQ(std::get<PasswordCommand>(connection.password).argv,
            (std::vector<std::string>{"pass", "show orders"}));
  EXPECT_EQ(connection.provider, Provider::neon);
  EXPECT_EQ(connection.timeout, 1234ms);
  EXPECT_TRUE(connection.roles.at(0).matches("etl_1"));
  EXPECT_TRUE(connection.roles.at(1).matches("a*"));
  EXPECT_FALSE(connection.roles.at(1).matches("ab"));
  const PolicyRule& rule = connection.require.at(0);
  EXPECT_TRUE(rule.tables.at(0).matches("public", "a*"));
  EXPECT_FALSE(rule.tables.at(0).matches("public", "ab"));
  EXPECT_EQ(rule.privileges, (PrivilegeSet{Privilege::select, Privilege::maintain}));
  EXPECT_TRUE(rule.only_applicable_kinds);
  EXPECT_TRUE(job->use_extension);
  EXPECT_TRUE(job->prove);
  EXPECT_FALSE(job->wants_rows);
  EXPECT_EQ(job->question->role, "etl");
}

TEST(Message, EveryKindOfPasswordComesThrough) {
  for (const PasswordSource& source :
       {PasswordSource{}, PasswordSource{Secret("a")}, PasswordSource{EnvironmentPassword{"B"}},
        PasswordSource{PasswordFile{"/c"}}, PasswordSource{PasswordCommand{{"d"}}}}) {
    Job job = sample_job();
    job.connection.password = source;
    EXPECT_EQ(decode_job(encode(job)).value().connection.password.index(), source.index());
  }
}

TEST(Message, AnswerComesThroughWhole) {
  Answer answer;
  answer.report.connection = "orders";
  answer.report.source = Source::extension;
  answer.report.started_at = std::chrono::system_clock::time_point(123456789ns * 10);
  answer.report.duration.login = 7ms;
  answer.report.error = Failure{FailureCode::timeout, Phase::login, "57014", "m", "h"};
  answer.report.session.emplace().can_set_role = {"a", "b"};
  RelationPermissions relation;
  relation.table_name = "t";
  relation.can_read = true;
  relation.privileges = {Privilege::select};
  relation.column_privileges[Privilege::update] = {"x", "y"};
  answer.report.login.tables = {relation};
  Finding finding;
  finding.severity = Severity::critical;
  finding.fix = "GRANT";
  answer.report.login.findings = {finding};
  answer.report.roles.resize(2);
  answer.explanation.emplace().refusal = ExplanationRefusal{"no", "so"};

  const Answer read = decode_answer(encode(answer)).value();
  EXPECT_EQ(read.report.source, Source::extension);
  EXPECT_EQ(read.report.started_at, answer.report.started_at);
  EXPECT_EQ(read.report.duration.login, 7ms);
  EXPECT_EQ(read.report.error->code, FailureCode::timeout);
  EXPECT_EQ(read.report.error->sqlstate, "57014");
  EXPECT_EQ(read.report.session->can_set_role, (std::vector<std::string>{"a", "b"}));
  const RelationPermissions& table = read.report.login.tables.at(0);
  EXPECT_EQ(table.can_read, true);
  EXPECT_EQ(table.can_write, std::nullopt);
  EXPECT_EQ(table.column_privileges, relation.column_privileges);
  EXPECT_EQ(read.report.login.findings.at(0).fix, "GRANT");
  EXPECT_EQ(read.report.roles.size(), 2U);
  EXPECT_EQ(read.explanation->refusal->hint, "so");
}

TEST(Message, WhatIsCutShortIsNoMessage) {
  const std::string bytes = encode(sample_job());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_job(bytes.substr(0, size))) << size;
  }
}

TEST(Message, WhatGoesOnIsNoMessage) { EXPECT_FALSE(decode_job(encode(sample_job()) + '\0')); }

/// The answer with `from`, which stands there once, replaced.
std::string answer_with(const Answer& answer, const std::string& from, const std::string& to) {
  std::string bytes = encode(answer);
  const std::size_t at = bytes.find(from);
  EXPECT_NE(at, std::string::npos);
  EXPECT_EQ(bytes.find(from, at + 1), std::string::npos);
  return bytes.replace(at, from.size(), to);
}

std::string bytes_of(std::uint64_t number, std::size_t size) {
  return std::string(reinterpret_cast<const char*>(&number), size);
}

/// Kilobytes.
long most_memory_so_far() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(Message, NoMemoryIsTakenForANumberThatCannotBe) {
  const std::string bytes = encode(sample_job());
  const long before = most_memory_so_far();
  for (std::size_t at = 0; at + 8 <= bytes.size(); ++at) {
    std::string wrong = bytes;
    wrong.replace(at, 8, "\xFF\xFF\xFF\x0F\0\0\0\0", 8);  // 268 million of whatever stands there
    (void)decode_job(wrong);
  }
  EXPECT_LT(most_memory_so_far() - before, 100'000);
}

TEST(Message, ALengthBeyondTheMessageTakesNoMemory) {
  Answer answer;
  answer.report.connection = "orders";
  answer.report.notes = {"a note", "another"};
  const std::string name = bytes_of(6, 8) + "orders";
  const std::string notes = bytes_of(2, 8) + bytes_of(6, 8) + "a note";
  const long before = most_memory_so_far();
  for (const std::uint64_t length : {7UL, 1UL << 30, 1UL << 40, ~0UL}) {
    EXPECT_FALSE(decode_answer(answer_with(answer, name, bytes_of(length, 8) + "orders")));
    EXPECT_FALSE(
        decode_answer(answer_with(answer, notes, bytes_of(length, 8) + bytes_of(6, 8) + "a note")));
  }
  EXPECT_LT(most_memory_so_far() - before, 100'000);
}

TEST(Message, WhatIsNoValueOfAnEnumerationIsNoMessage) {
  Answer answer;
  answer.report.connection = "orders";
  answer.report.status = Status::critical;
  const std::string begin = bytes_of(6, 8) + "orders";
  const std::string right = begin + bytes_of(2, 4);
  EXPECT_TRUE(decode_answer(answer_with(answer, right, begin + bytes_of(3, 4))));
  EXPECT_FALSE(decode_answer(answer_with(answer, right, begin + bytes_of(4, 4))));
  EXPECT_FALSE(decode_answer(answer_with(answer, right, begin + bytes_of(~0UL, 4))));
  // `connected` follows.
  EXPECT_TRUE(decode_answer(answer_with(answer, right + bytes_of(0, 1), right + bytes_of(1, 1))));
  EXPECT_FALSE(decode_answer(answer_with(answer, right + bytes_of(0, 1), right + bytes_of(2, 1))));
}

TEST(Message, APrivilegeThatIsNoneIsNoMessage) {
  Answer answer;
  RelationPermissions relation;
  relation.column_privileges[Privilege::update] = {"a column"};
  answer.report.login.tables = {relation};
  const std::string columns = bytes_of(1, 8) + bytes_of(8, 8) + "a column";
  const auto with = [&](char privilege) {
    return answer_with(answer, '\2' + columns, privilege + columns);
  };
  EXPECT_TRUE(decode_answer(with(static_cast<char>(Privilege::maintain))));
  EXPECT_FALSE(decode_answer(with(static_cast<char>(Privilege::maintain) + 1)));
  EXPECT_FALSE(decode_answer(with('\xFF')));
}

}  // namespace
}  // namespace conncheck
