#include "agent/render/junit.hpp"

#include <gtest/gtest.h>

#include "agent/core/printable.hpp"
#include "tests/unit/render/report_samples.hpp"

namespace conncheck {
namespace {

using namespace samples;

TEST(Junit, Golden) {
  // clang-format off
  const std::string expected = R"golden(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="conncheck" tests="7" failures="4" errors="0" time="0.070">
  <testsuite name="orders-prod" tests="1" failures="0" errors="0" skipped="0" time="0.034" timestamp="2026-01-31T10:00:00.007Z">
    <testcase classname="conncheck.orders-prod" name="connect" time="0.034"/>
  </testsuite>
  <testsuite name="orders-lacking" tests="5" failures="3" errors="0" skipped="0" time="0.034" timestamp="2026-01-31T10:00:00.007Z">
    <testcase classname="conncheck.orders-lacking" name="connect" time="0.034"/>
    <testcase classname="conncheck.orders-lacking" name="require app SELECT, INSERT on public.customers [06d32ad4dae52b09]" time="0.000">
      <failure type="require" message="app lacks SELECT, INSERT on public.customers: not granted.">
GRANT SELECT, INSERT ON TABLE public.customers TO app;
</failure>
    </testcase>
    <testcase classname="conncheck.orders-lacking" name="require app SELECT on public.log [149b1ae25b66ab87]" time="0.000">
      <failure type="require" message="app lacks SELECT on public.log: not granted.">
GRANT SELECT ON TABLE public.log TO app;
</failure>
    </testcase>
    <testcase classname="conncheck.orders-lacking" name="require app SELECT, INSERT on public.report [d220964a2a97c442]" time="0.000">
      <system-out>Warning: Whether app has SELECT, INSERT on public.report could not be worked out: another session holds a lock.</system-out>
    </testcase>
    <testcase classname="conncheck.orders-lacking" name="require app SELECT, INSERT on shop.stock [c2f8b754986cc28d]" time="0.000">
      <failure type="require" message="app lacks SELECT, INSERT on shop.stock: no USAGE on schema shop; INSERT not granted.">
GRANT USAGE ON SCHEMA shop TO app;
GRANT INSERT ON TABLE shop.stock TO app;
</failure>
    </testcase>
  </testsuite>
  <testsuite name="nobody-listens" tests="1" failures="1" errors="0" skipped="0" time="0.002" timestamp="2026-01-31T10:00:00.507Z">
    <testcase classname="conncheck.nobody-listens" name="connect" time="0.002">
      <failure type="refused" message="connection to server at &quot;127.0.0.1&quot;, port 5432 failed: Connection refused">Failed while connecting, after 2 ms: refused
connection to server at &quot;127.0.0.1&quot;, port 5432 failed: Connection refused
Hint: Is the server running on that port?
</failure>
    </testcase>
  </testsuite>
</testsuites>
)golden";
  // clang-format on
  EXPECT_EQ(render(JunitFormat(), std::vector{healthy(), lacking(), refused()}), expected);
}

TEST(Junit, HostileNamesCannotBecomeMarkup) {
  const std::string xml = render(JunitFormat(), std::vector{hostile()});
  EXPECT_TRUE(is_safe(xml)) << xml;
  EXPECT_EQ(valid_utf8(xml), xml);
  EXPECT_EQ(xml.find("]]>"), std::string::npos);
  EXPECT_EQ(xml.find("</td>"), std::string::npos);
  EXPECT_NE(xml.find("&lt;/td&gt;]]&gt;"), std::string::npos);
}

TEST(Junit, AMisconfiguredConnectionIsAnError) {
  CheckReport report = refused();
  report.error->code = FailureCode::config_error;
  const std::string xml = render(JunitFormat(), std::vector{report});
  EXPECT_NE(xml.find("failures=\"0\" errors=\"1\""), std::string::npos);
  EXPECT_NE(xml.find("<error type=\"config_error\""), std::string::npos);
}

}  // namespace
}  // namespace conncheck
