#include "agent/render/starter_configuration.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "agent/config/load.hpp"
#include "agent/core/privilege_words.hpp"

namespace conncheck {
namespace {

using std::string;

Connection connection(std::map<string, string> parameters) {
  Connection result;
  result.parameters = std::move(parameters);
  return result;
}

ConnectionDraft draft(string database = "orders") {
  ConnectionDraft result;
  result.role_name = "app";
  result.database_name = std::move(database);
  return result;
}

/// What the configuration reader makes of it.
Connection read(const string& yaml) {
  const std::filesystem::path file =
      std::filesystem::path(testing::TempDir()) / "starter_configuration_test.yml";
  std::ofstream(file) << yaml;
  Loaded loaded = load(file, [](const string&) -> std::optional<string> { return std::nullopt; });
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    ADD_FAILURE() << diagnostic.message << "\n" << yaml;
  }
  std::filesystem::remove(file);
  return loaded.configuration.connections.empty() ? Connection{}
                                                  : loaded.configuration.connections.front();
}

TEST(StarterConfiguration, IsReadAsWhatItWasMadeOf) {
  const std::map<string, string> parameters = {{"user", "a pp@x"},
                                               {"host", "db.example.com"},
                                               {"port", "5433"},
                                               {"dbname", "or/ders${X}"},
                                               {"sslmode", "verify-full"}};
  ConnectionDraft drafted = draft("or/ders${X}");
  drafted.policy.require.push_back(
      {{"public.orders", "\"a.b\".\"x\"\"y\"", "s.${HOME}", "s.line\nbreak", "Ä.\\"},
       *privileges_of_word("read") | *privileges_of_word("write")});
  drafted.policy.forbid.push_back({{"true.null"}, PrivilegeSet(relation_privileges)});
  drafted.policy.left_out.emplace_back("a: \x1b[31m no rule");
  const string yaml = render_starter_configuration(connection(parameters), drafted);
  const Connection back = read(yaml);
  EXPECT_EQ(back.parameters, parameters);
  ASSERT_EQ(back.require.size(), 1U);
  ASSERT_EQ(back.require[0].tables.size(), 5U);
  EXPECT_TRUE(back.require[0].tables[1].matches("a.b", "x\"y"));
  EXPECT_TRUE(back.require[0].tables[2].matches("s", "${HOME}"));
  EXPECT_TRUE(back.require[0].tables[3].matches("s", "line\nbreak"));
  EXPECT_TRUE(back.require[0].tables[4].matches("Ä", "\\"));
  EXPECT_EQ(back.require[0].privileges, drafted.policy.require[0].privileges);
  ASSERT_EQ(back.forbid.size(), 1U);
  EXPECT_EQ(back.forbid[0].privileges, PrivilegeSet(relation_privileges));
  EXPECT_EQ(yaml.find('\x1b'), string::npos);
}

TEST(StarterConfiguration, NoSecretIsInItAndItSaysWhereThePasswordGoes) {
  Connection with_secrets = connection({{"host", "db"}, {"user", "app"}, {"dbname", "orders"}});
  with_secrets.password = Secret("hunter2");
  with_secrets.secret_parameters.emplace("sslpassword", Secret("hunter3"));
  const string yaml = render_starter_configuration(with_secrets, draft());
  EXPECT_EQ(yaml.find("hunter"), string::npos);
  EXPECT_NE(yaml.find("# password: {env: ORDERS_PASSWORD}"), string::npos) << yaml;
  EXPECT_NE(yaml.find("sslpassword"), string::npos);
}

TEST(StarterConfiguration, SocketsAndSeveralHostsKeepTheirForm) {
  for (const auto& parameters :
       {std::map<string, string>{{"host", "/run/postgresql"}, {"dbname", "orders"}},
        std::map<string, string>{{"host", "a,b"}, {"port", "5432,5433"}, {"dbname", "orders"}},
        std::map<string, string>{{"host", "::1"}, {"port", "5433"}, {"dbname", "orders"}}}) {
    EXPECT_EQ(read(render_starter_configuration(connection(parameters), draft())).parameters,
              parameters);
  }
}

TEST(StarterConfiguration, EveryDatabaseGetsAName) {
  const auto name = [](const string& database) {
    return read(render_starter_configuration(connection({{"host", "h"}, {"dbname", database}}),
                                             draft(database)))
        .name;
  };
  EXPECT_EQ(name("Orders_2"), "orders-2");
  EXPECT_EQ(name("a"), "a-h");
  EXPECT_EQ(name(string(200, 'x')), string(100, 'x'));
}

}  // namespace
}  // namespace conncheck
