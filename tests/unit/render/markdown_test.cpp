#include "agent/render/markdown.hpp"

#include <gtest/gtest.h>

#include "agent/core/printable.hpp"
#include "tests/unit/render/report_samples.hpp"

namespace conncheck {
namespace {

using namespace samples;

TEST(Markdown, Golden) {
  // clang-format off
  const std::string expected = R"golden(# conncheck

## orders-prod: ok

connected as app to orders at 127.0.0.1:5432

- PostgreSQL 15.6, TLSv1.3, permissions from the extension, 34 ms

| Role | Schema | Table | Read | Write | Truncate |
| --- | --- | --- | --- | --- | --- |
| app | public | customers | yes | no | no |
| app | public | orders | yes | yes | no |

2 relations in 1 schema: 2 readable, 1 writable, 0 truncatable

## orders-lacking: critical

connected as app to orders at 127.0.0.1:5432

- PostgreSQL 15.6, TLSv1.3, permissions from the extension, 34 ms

| Role | Schema | Table | Read | Write | Truncate | Notes |
| --- | --- | --- | --- | --- | --- | --- |
| app | public | customers | no | no | no | SELECT columns: id, email; row security applies |
| app | public | log | no | no | no | INSERT held |
| app | public | orders | yes | yes | no |  |
| app | public | report | ? | ? | no | view; locked by another session |
| app | shop | stock | no | no | no | no USAGE on the schema |

5 relations in 2 schemas: 1 readable, 1 writable, 0 truncatable

- **critical** require: app lacks SELECT, INSERT on public.customers: not granted.

  ```sql
  GRANT SELECT, INSERT ON TABLE public.customers TO app;
  ```
- **critical** require: app lacks SELECT on public.log: not granted.

  ```sql
  GRANT SELECT ON TABLE public.log TO app;
  ```
- **warning** require: Whether app has SELECT, INSERT on public.report could not be worked out: another session holds a lock.
- **critical** require: app lacks SELECT, INSERT on shop.stock: no USAGE on schema shop; INSERT not granted.

  ```sql
  GRANT USAGE ON SCHEMA shop TO app;
  GRANT INSERT ON TABLE shop.stock TO app;
  ```

## nobody-listens: critical

not connected to app&#64;127.0.0.1:5432/orders

- Failed while connecting, after 2 ms: refused
- connection to server at "127.0.0.1", port 5432 failed: Connection refused
- Hint: Is the server running on that port?

3 connections: 1 ok, 2 critical (0.50 s)
)golden";
  // clang-format on
  EXPECT_EQ(render(MarkdownFormat(), std::vector{healthy(), lacking(), refused()}), expected);
}

TEST(Markdown, HostileNamesCannotBecomeMarkup) {
  const std::string markdown = render(MarkdownFormat(), std::vector{hostile()});
  EXPECT_TRUE(is_safe(markdown)) << markdown;
  EXPECT_EQ(valid_utf8(markdown), markdown);
  EXPECT_NE(markdown.find("\\|\\`&lt;&amp;"), std::string::npos);
}

TEST(Markdown, NoNameClosesTheCodeBlock) {
  Connection connection = connection_named("orders");
  connection.require = {rule({"*.*"}, writing)};
  Observation observation = observation_of_app();
  observation.login.relations = {relation("public", "a```b", reading)};
  const std::string markdown =
      render(MarkdownFormat(), std::vector{assess(connection, observation)});
  EXPECT_NE(markdown.find("\n  ````sql\n"), std::string::npos) << markdown;
}

}  // namespace
}  // namespace conncheck
