#include "agent/render/csv.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "agent/core/printable.hpp"
#include "tests/unit/render/report_samples.hpp"

namespace conncheck {
namespace {

using namespace samples;

TEST(Csv, Golden) {
  // clang-format off
  const std::string expected = R"golden(connection,status,role,schema,table,kind,can_read,can_write,can_truncate,privileges,grantable,column_privileges,owner,row_security,blocked_by,error_code,error_message
orders-prod,ok,app,public,customers,table,true,false,false,SELECT,,,shop_owner,none,,,
orders-prod,ok,app,public,orders,table,true,true,false,SELECT;INSERT;UPDATE;DELETE,,,shop_owner,none,,,
orders-lacking,critical,app,public,customers,table,false,false,false,,,"SELECT(id,email)",shop_owner,applies,,,
orders-lacking,critical,app,public,log,table,false,false,false,INSERT,,,shop_owner,none,,,
orders-lacking,critical,app,public,orders,table,true,true,false,SELECT;INSERT;UPDATE;DELETE,,,shop_owner,none,,,
orders-lacking,critical,app,public,report,view,,,false,SELECT,,,shop_owner,none,locked,,
orders-lacking,critical,app,shop,stock,table,false,false,false,SELECT,,,shop_owner,none,schema usage,,
nobody-listens,critical,,,,,,,,,,,,,,refused,"connection to server at ""127.0.0.1"", port 5432 failed: Connection refused"
)golden";
  // clang-format on
  EXPECT_EQ(render(CsvFormat(), std::vector{healthy(), lacking(), refused()}), expected);
}

TEST(Csv, HostileNamesStayInTheirCells) {
  const std::string csv = render(CsvFormat(), std::vector{hostile()});
  EXPECT_TRUE(is_safe(csv)) << csv;
  EXPECT_EQ(valid_utf8(csv), csv);
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 3);  // the header and two relations
  EXPECT_NE(csv.find(",\"a\"\"b\\u{000A}"), std::string::npos);
}

TEST(Csv, NoCellIsAFormula) {
  const std::string csv = render(CsvFormat(), std::vector{hostile()});
  EXPECT_NE(csv.find(",'=cmd(),'-x,"), std::string::npos);
}

TEST(Csv, ARoleThatSeesNothingHasARow) {
  CheckReport report = healthy();
  report.login.tables.clear();
  const std::string csv = render(CsvFormat(), std::vector{report});
  EXPECT_NE(csv.find("\norders-prod,ok,app,,,,,,,,,,,,,,\n"), std::string::npos) << csv;
}

TEST(Csv, AuditedRolesHaveRowsToo) {
  CheckReport report = healthy();
  report.roles.push_back({"etl", {}, {}, {relation("public", "orders", reading)}, {}});
  EXPECT_NE(render(CsvFormat(), std::vector{report})
                .find("\norders-prod,ok,etl,public,orders,table,true,"),
            std::string::npos);
}

}  // namespace
}  // namespace conncheck
