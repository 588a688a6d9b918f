#include "agent/config/load.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace conncheck {
namespace {

namespace fs = std::filesystem;

const fs::path testdata = fs::path(__FILE__).parent_path() / "testdata";

std::optional<std::string> environment(const std::string& name) {
  static const std::map<std::string, std::string> variables = {
      {"SET", "set"}, {"EMPTY", ""}, {"SECRET", "hunter2"}, {"ORDERS_PASSWORD", "hunter2"}};
  const auto found = variables.find(name);
  return found == variables.end() ? std::nullopt : std::optional(found->second);
}

std::string contents(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// All diagnostics, a line each, with paths relative to `directory`.
std::string lines(const Loaded& loaded, const fs::path& directory) {
  std::string text;
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    text += to_text(diagnostic) + "\n";
  }
  const std::string prefix = directory.string() + "/";
  for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at)) {
    text.erase(at, prefix.size());
  }
  return text;
}

const Connection& named(const Loaded& loaded, std::string_view name) {
  for (const Connection& connection : loaded.configuration.connections) {
    if (connection.name == name) {
      return connection;
    }
  }
  throw std::runtime_error("no connection " + std::string(name));
}

/// Another user's rights for a while, if these are root's: root reads everything.
class Unprivileged {
 public:
  Unprivileged() : user_(geteuid()) {
    if (user_ == 0 && seteuid(nobody) != 0) {
      throw std::runtime_error("root cannot become nobody");
    }
  }
  ~Unprivileged() {
    if (user_ == 0 && seteuid(user_) != 0) {
      std::abort();
    }
  }
  Unprivileged(const Unprivileged&) = delete;
  Unprivileged& operator=(const Unprivileged&) = delete;

 private:
  static constexpr uid_t nobody = 65534;
  uid_t user_;
};

/// A directory of its own for each test.
class LoadFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "conncheck-load-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    fs::permissions(directory_, fs::perms(0755));  // for Unprivileged
  }
  void TearDown() override { fs::remove_all(directory_); }

  fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream(directory_ / name) << text;
    return directory_ / name;
  }
  [[nodiscard]] std::string lines_of(const fs::path& path) const {
    return lines(load(path, environment), directory_);
  }

  fs::path directory_;
};

// One file for each rule, with what must be said about it beside it.

class InvalidFile : public testing::TestWithParam<std::string> {};

TEST_P(InvalidFile, GivesTheExpectedDiagnostics) {
  const fs::path file = testdata / (GetParam() + ".yml");
  const Loaded loaded = load(file, environment);
  const std::string text = lines(loaded, testdata);
  EXPECT_EQ(text, contents(testdata / (GetParam() + ".expected")));
  EXPECT_TRUE(loaded.has_errors());
  EXPECT_EQ(text.find("hunter"), std::string::npos) << "a secret is told";
}

std::vector<std::string> invalid_files() {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(testdata)) {
    if (entry.path().extension() == ".yml") {
      names.push_back(entry.path().stem().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Rules, InvalidFile, testing::ValuesIn(invalid_files()),
                         [](const auto& info) { return info.param; });

// What is right.

TEST(Load, FullExample) {
  const Loaded loaded = load(testdata / "valid/full.yml", environment);
  EXPECT_EQ(lines(loaded, testdata / "valid"), contents(testdata / "valid/full.expected"));
  ASSERT_FALSE(loaded.has_errors());
  ASSERT_EQ(loaded.configuration.connections.size(), 2U);

  const Connection& orders = named(loaded, "orders-prod");
  EXPECT_EQ(orders.parameters, (std::map<std::string, std::string>{{"dbname", "orders"},
                                                                   {"host", "db.example.com"},
                                                                   {"sslmode", "verify-full"},
                                                                   {"user", "app"}}));
  EXPECT_EQ(std::get<EnvironmentPassword>(orders.password).variable, "ORDERS_PASSWORD");
  EXPECT_EQ(orders.schedule.every, std::chrono::minutes(15));
  EXPECT_DOUBLE_EQ(orders.schedule.jitter, 0.1);
  EXPECT_EQ(orders.timeout, std::chrono::seconds(10));
  EXPECT_EQ(orders.origin.line, 6);
  EXPECT_EQ(orders.origin.column, 5);
  ASSERT_EQ(orders.roles.size(), 2U);
  EXPECT_TRUE(orders.roles[0].is_literal());
  EXPECT_TRUE(orders.roles[1].matches("etl_1"));
  ASSERT_EQ(orders.require.size(), 1U);
  EXPECT_TRUE(orders.require[0].tables.at(1).matches("a.b", "c"));
  EXPECT_EQ(orders.require[0].privileges, (PrivilegeSet{Privilege::select, Privilege::insert,
                                                        Privilege::update, Privilege::delete_}));
  EXPECT_EQ(orders.require[0].origin.line, 11);
  ASSERT_EQ(orders.forbid.size(), 1U);
  EXPECT_EQ(orders.forbid[0].privileges, PrivilegeSet{Privilege::truncate});
  EXPECT_FALSE(orders.tunnel);

  const Connection& billing = named(loaded, "billing");
  EXPECT_EQ(billing.provider, Provider::supabase);
  EXPECT_EQ(billing.parameters.at("port"), "5432");
  EXPECT_EQ(billing.parameters.at("sslkey"), (testdata / "valid/client.key").string());
  EXPECT_TRUE(std::holds_alternative<std::monostate>(billing.password));
  EXPECT_EQ(billing.schedule.every.count(), 0);
  EXPECT_EQ(billing.schedule.cron, "0 6 * * 1-5");
  EXPECT_EQ(billing.schedule.timezone, "Europe/Berlin");
  ASSERT_TRUE(billing.tunnel);
  EXPECT_EQ(billing.tunnel->host, "bastion.example.com");
  EXPECT_EQ(billing.tunnel->port, "22");
  EXPECT_EQ(billing.tunnel->user, "jump");
  EXPECT_EQ(billing.tunnel->identity_file, (testdata / "valid/id_ed25519").string());
  EXPECT_EQ(billing.tunnel->known_hosts, (testdata / "valid/known_hosts").string());
  EXPECT_TRUE(std::holds_alternative<std::monostate>(billing.tunnel->password));
  EXPECT_EQ(billing.tags.at("team"), "billing");
}

TEST(Load, AProviderDemandsTlsAndWarns) {
  const Loaded loaded = load(testdata / "valid/providers.yml", environment);
  EXPECT_EQ(lines(loaded, testdata / "valid"), contents(testdata / "valid/providers.expected"));
  const auto sslmode = [&](const char* name) {
    const auto& parameters = named(loaded, name).parameters;
    const auto found = parameters.find("sslmode");
    return found == parameters.end() ? "" : found->second;
  };
  EXPECT_EQ(sslmode("neon"), "require");
  EXPECT_EQ(sslmode("neon-by-host"), "");  // as libpq has it: nobody named a provider
  EXPECT_EQ(sslmode("as-asked"), "verify-full");
  EXPECT_EQ(sslmode("system"), "verify-full");
  EXPECT_EQ(sslmode("service"), "");
}

TEST(Load, ValuesOfUrlKeysAndEnvironment) {
  const Loaded loaded = load(testdata / "valid/values.yml", environment);
  ASSERT_EQ(lines(loaded, testdata), "");
  const Connection& first = named(loaded, "first");
  EXPECT_EQ(first.parameters.at("host"), "db.example.com");
  EXPECT_EQ(first.parameters.at("connect_timeout"), "3");
  EXPECT_EQ(first.parameters.at("passfile"), "/etc/passfile");
  EXPECT_EQ(first.parameters.at("sslrootcert"), (testdata / "valid/ca.pem").string());
  EXPECT_FALSE(first.parameters.contains("password"));
  EXPECT_FALSE(first.parameters.contains("sslpassword"));
  EXPECT_EQ(std::get<Secret>(first.password).reveal(), "hunter2");
  EXPECT_EQ(first.secret_parameters.at("sslpassword").reveal(), "hunter3");
  ASSERT_EQ(first.roles.size(), 3U);
  EXPECT_EQ(first.roles[0].text(), "${literal}");
  EXPECT_EQ(first.roles[1].text(), "a$b");
  EXPECT_EQ(first.roles[2].text(), "set");

  const Connection& second = named(loaded, "second");
  EXPECT_EQ(std::get<Secret>(second.password).reveal(), "12345");
  EXPECT_EQ(second.parameters.at("service"), "shop");
  EXPECT_EQ(second.parameters.at("sslrootcert"), "system");
  EXPECT_EQ(second.parameters.at("sslkey"), "engine:key");
  EXPECT_EQ(second.parameters.at("sslcert"), (testdata / "valid/sub/client.pem").string());
  EXPECT_EQ(second.require.at(0).privileges, PrivilegeSet{Privilege::maintain});
  EXPECT_EQ(second.schedule.every, std::chrono::milliseconds(500));

  const Connection& third = named(loaded, "third");
  EXPECT_EQ(std::get<PasswordCommand>(third.password).argv,
            (std::vector<std::string>{"pass", "show", "a b"}));
  EXPECT_EQ(third.tags, (std::map<std::string, std::string>{{"team", "12"}, {"on", "yes"}}));
  const Connection& fourth = named(loaded, "fourth");
  EXPECT_EQ(fourth.tags, third.tags);
  EXPECT_EQ(std::get<PasswordFile>(fourth.password).path, (testdata / "valid/token").string());
}

TEST(Load, DefaultsGiveWayToKeysAndUrl) {
  const Loaded loaded = load(testdata / "valid/values.yml", environment);
  const Connection& first = named(loaded, "first");
  EXPECT_EQ(first.parameters.at("port"), "5433");  // of the URL
  EXPECT_EQ(first.parameters.at("dbname"), "shop");
  EXPECT_EQ(first.parameters.at("sslmode"), "verify-full");
  EXPECT_EQ(first.timeout, std::chrono::hours(1));
  EXPECT_EQ(first.forbid.size(), 1U);
  const Connection& second = named(loaded, "second");
  EXPECT_EQ(second.timeout, std::chrono::seconds(3));
  EXPECT_EQ(second.parameters.at("port"), "6432");
  EXPECT_EQ(second.parameters.at("dbname"), "standard");
  EXPECT_EQ(second.secret_parameters.at("sslpassword").reveal(), "hunter3");
  ASSERT_EQ(second.roles.size(), 1U);
  EXPECT_EQ(second.roles[0].text(), "auditor");
  EXPECT_EQ(named(loaded, "third").secret_parameters.at("sslpassword").reveal(), "hunter4");
  EXPECT_EQ(named(loaded, "fourth").parameters.at("port"), "1,2");
}

TEST(Load, ATunnelOfAllButOne) {
  const Loaded loaded = load(testdata / "valid/tunnel_of_all_but_one.yml", environment);
  ASSERT_EQ(lines(loaded, testdata), "");
  EXPECT_TRUE(named(loaded, "through-it").tunnel);
  for (const char* name : {"straight", "by-variable", "socket"}) {
    EXPECT_FALSE(named(loaded, name).tunnel) << name;
  }
}

// Files and directories.

TEST_F(LoadFiles, DirectoryInNameOrderWithDefaultsOfEachFile) {
  write("b.yml", "version: 1\ndefaults: {timeout: 2s}\nconnections: [{name: two, host: db}]\n");
  write("a.yaml", "version: 1\nconnections: [{name: one, host: db}]\n");
  write(".hidden.yml", "not: read");
  write("notes.txt", "not read");
  fs::create_directory(directory_ / "below");
  std::ofstream(directory_ / "below/c.yml") << "not: read";
  const Loaded loaded = load(directory_, environment);
  EXPECT_EQ(lines(loaded, directory_), "");
  ASSERT_EQ(loaded.configuration.connections.size(), 2U);
  EXPECT_EQ(loaded.configuration.connections[0].name, "one");
  EXPECT_EQ(loaded.configuration.connections[0].timeout, std::chrono::seconds(10));
  EXPECT_EQ(loaded.configuration.connections[1].timeout, std::chrono::seconds(2));
}

TEST_F(LoadFiles, EveryMistakeOfAllFilesInOrder) {
  write("a.yml", "version: 1\nconnections:\n  - {name: same, host: db}\n");
  write("b.yml", "version: 1\nconnections:\n  - {nam: x, host: db}\n  - {name: same, host: db}\n");
  write("c.yml", "a: [");
  fs::create_directory(directory_ / "d.yml");
  EXPECT_EQ(
      lines_of(directory_),
      "b.yml:3:5: error: the connection has no `name`: add name: my-database\n"
      "b.yml:3:6: error: unknown key `nam` (did you mean `name`?)\n"
      "b.yml:4:12: error: the name `same` is taken by the connection at a.yml:3:12: choose "
      "another\n"
      "c.yml:1:4: error: not YAML: a [ is not closed: write the ], and quote text with [ ] { "
      "} or ${ } in it\n"
      "d.yml:1:1: error: is a directory inside of a directory, which is not searched: move its "
      "files up, or rename it\n");
}

TEST_F(LoadFiles, DirectoryWithoutFiles) {
  fs::create_directory(directory_ / "none");
  EXPECT_EQ(
      lines_of(directory_ / "none"),
      "none:1:1: error: has no file *.yml or *.yaml in it: write one, or name another directory "
      "or file with --config\n");
}

TEST_F(LoadFiles, FileThatIsNotThere) {
  EXPECT_EQ(lines_of(directory_ / "x.yml"),
            "x.yml:1:1: error: does not exist: create it, or name another with --config\n");
  fs::create_symlink("nowhere", directory_ / "link.yml");
  EXPECT_EQ(lines_of(directory_ / "link.yml"),
            "link.yml:1:1: error: is a broken symbolic link: create what it points to\n");
}

TEST_F(LoadFiles, PipesAndDevicesAreNotOpened) {
  const fs::path pipe = directory_ / "pipe.yml";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(
      lines_of(pipe),
      "pipe.yml:1:1: error: is a pipe, a socket or a device: write the configuration to a file\n");
  EXPECT_TRUE(load("/dev/zero", environment).has_errors());
}

TEST_F(LoadFiles, UnreadableFile) {
  const fs::path file = write("a.yml", "version: 1\n");
  fs::permissions(file, fs::perms::none);
  const Unprivileged unprivileged;
  EXPECT_EQ(lines_of(file),
            "a.yml:1:1: error: cannot be read: give the user who runs conncheck the permission\n");
}

TEST_F(LoadFiles, UnreadablePasswordFile) {
  fs::permissions(write("secret", "hunter2"), fs::perms::none);
  const fs::path file = write(
      "a.yml", "version: 1\nconnections: [{name: one, host: db, password: {file: secret}}]\n");
  const Unprivileged unprivileged;
  EXPECT_EQ(lines_of(file),
            "a.yml:2:54: error: `file`: `secret` cannot be read: give the user who runs "
            "conncheck the permission\n");
}

TEST_F(LoadFiles, TenMegabytes) {
  EXPECT_EQ(
      lines_of(write("a.yml", std::string(10'000'000, '#'))),
      "a.yml:1:1: error: is larger than 8 MiB: split it into several files in a directory, and "
      "name the directory with --config\n");
}

TEST_F(LoadFiles, VeryLongLine) {
  EXPECT_EQ(lines_of(write("a.yml", "version: 1\n" + std::string(2'000'000, '['))),
            "a.yml:2:1000001: error: is one line of over a million characters: break it into "
            "lines\n");
}

TEST_F(LoadFiles, DeepNestingDoesNotOverflowTheStack) {
  for (const std::string opening : {"[", "{", "{a: ", "- ", "? ", "a: [", "[? ", "&a [", "[\n"}) {
    std::string text;
    while (text.size() < 500'000) {
      text += opening;
    }
    const Loaded loaded = load(write("a.yml", text), environment);
    EXPECT_TRUE(loaded.has_errors()) << opening;
    EXPECT_NE(lines(loaded, directory_).find("stand inside of each other"), std::string::npos)
        << opening << lines(loaded, directory_);
  }
}

TEST_F(LoadFiles, AliasesDoNotGrowWithoutBound) {
  std::string text = "version: 1\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 20; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int copy = 0; copy < 9; ++copy) {
      text += ", " + last;
    }
    text += "]\n";
  }
  EXPECT_EQ(lines_of(write("a.yml", text)),
            "a.yml:6:35: error: the aliases up to here stand for too much: write the values out\n");
}

TEST_F(LoadFiles, ByteOrderMarkAndCarriageReturns) {
  const fs::path file =
      write("a.yml", "\xEF\xBB\xBFversion: 1\r\nconnections:\r\n  - name: one\r\n    host: db\r\n");
  const Loaded loaded = load(file, environment);
  EXPECT_EQ(lines(loaded, directory_), "");
  EXPECT_EQ(named(loaded, "one").parameters.at("host"), "db");
}

TEST(ConnectionFromUrl, IsAConnection) {
  const auto result = connection_from_url("postgres://app:p%40ss@db/shop?sslpassword=x");
  const Connection& connection = std::get<Connection>(result);
  EXPECT_EQ(connection.name, "url");
  EXPECT_EQ(std::get<Secret>(connection.password).reveal(), "p@ss");
  EXPECT_EQ(connection.secret_parameters.at("sslpassword").reveal(), "x");
  EXPECT_EQ(connection.secret_parameters.size(), 1U);
  EXPECT_EQ(display_target(connection), "app@db:5432/shop");
}

TEST(ConnectionFromUrl, SaysWhatIsWrong) {
  const auto result = connection_from_url("http://db");
  EXPECT_EQ(to_text(std::get<Diagnostic>(result)),
            "--url:1:1: error: the URL must begin with postgresql:// or postgres://");
}

}  // namespace
}  // namespace conncheck
