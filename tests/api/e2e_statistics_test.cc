// Statistics over a real server: pages, totals, buckets.
#include <gtest/gtest.h>

#include "base/json_value.h"
#include "tests/api/server_fixture.h"

namespace daybook::test {
namespace {

class E2eStatistics : public ServerFixture {
 protected:
  void SetUp() override {
    start();
    put_definition("d");
    put_definition("e");
  }
};

TEST_F(E2eStatistics, ThoseOfEachDefinitionGoOnPageByPage) {
  create_job("d");
  create_job("e");
  const std::string target = "/resources/jobs/statistics?from=2025-11-15T23:30Z&resolution=hour";
  const auto whole = call("GET", target);
  EXPECT_EQ(JsonValue(whole.body).elements().size(), 2U) << whole.body;
  EXPECT_EQ(whole.field("Daybook-From"), "2025-11-15T23:00:00Z");
  EXPECT_TRUE(whole.field("Daybook-Next-Cursor").empty());

  const auto first = call("GET", target + "&limit=1");
  ASSERT_EQ(elements(first.body, "statistics").size(), 1U) << first.body;
  EXPECT_EQ(member(first.body, "atEnd"), "false");
  EXPECT_EQ(first.field("Daybook-Next-Cursor"), member(first.body, "lastCursor"));
  const auto second = call("GET", target + "&after=" + member(first.body, "lastCursor"));
  const auto rows = elements(second.body, "statistics");
  ASSERT_EQ(rows.size(), 1U) << second.body;
  EXPECT_EQ(member(rows[0].text(), "jobDefinitionId"), "e");
  EXPECT_EQ(member(second.body, "atEnd"), "true");

  const auto all = call("GET", target + "&groupBy=none");
  const auto totals = JsonValue(all.body).elements();
  ASSERT_EQ(totals.size(), 1U) << all.body;
  EXPECT_EQ(member(totals[0].text(), "jobDefinitionId"), "null");
  EXPECT_EQ(member(totals[0].text(), "totalQueueDepth"), "2");
  EXPECT_EQ(call("GET", target + "&after=zz").status, 422);
}

TEST_F(E2eStatistics, WhoseTheyAreIsSaidInOneWay) {
  EXPECT_EQ(call("GET", "/resources/jobs/statistics?groupBy=tag").status, 422);
  EXPECT_EQ(call("GET", "/resources/jobs/statistics?groupBy=none&jobDefinitionId=d").status, 422);
}

}  // namespace
}  // namespace daybook::test
