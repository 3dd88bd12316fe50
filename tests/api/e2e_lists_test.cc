// What lists take over a real server: several statuses, ends, errors, and the fields to show.
#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_value.h"
#include "base/limits/dispatch.h"
#include "tests/api/server_fixture.h"

namespace daybook::test {
namespace {

class E2eLists : public ServerFixture {
 protected:
  void SetUp() override {
    start();
    put_definition("d");
  }
};

TEST_F(E2eLists, ListsTakeSeveralStatusesAndShowTheFieldsThatAreNamed) {
  create_job("d");
  const std::string cancelled = create_job("d");
  ASSERT_EQ(call("DELETE", "/resources/jobs/" + cancelled).status, 200);
  const auto count = [&](const std::string& query) {
    const auto reply = call("GET", "/resources/jobs?" + query);
    EXPECT_EQ(reply.status, 200) << reply.body;
    return elements(reply.body, "jobs").size();
  };
  EXPECT_EQ(count("status=pending,cancelled"), 2U);
  EXPECT_EQ(count("status=running,cancelled"), 1U);
  EXPECT_EQ(count("order=-finishedAt"), 1U);
  EXPECT_EQ(count("errorCode=BOOM"), 0U);
  EXPECT_EQ(count("parentJobId=" + cancelled), 0U);
  EXPECT_EQ(count("finishedAfter=2025-01-01T00:00Z"), 1U);
  for (const char* wrong : {"status=pending,", "status=pending,pending", "status=done", "fields=",
                            "fields=jobId,payload", "order=finished", "errorCode=a%20b"}) {
    EXPECT_EQ(call("GET", "/resources/jobs?" + std::string(wrong)).status, 422) << wrong;
  }
  const auto page = call("GET", "/resources/jobs?status=cancelled&fields=status,jobId,tags");
  EXPECT_THAT(page.body,
              testing::StartsWith(R"({"jobs":[{"jobId":")" + cancelled +
                                  R"(","status":"cancelled","tags":[]}],"totalCount":1)"));
}

// A list of all its fields is the list: each list knows what its rows have.
TEST_F(E2eLists, EveryListKnowsItsFields) {
  create_job("d");
  for (const char* list : {"jobs", "job-definitions", "components", "rules", "sendings"}) {
    const std::string target = std::string("/resources/") + list;
    const auto refused = call("GET", target + "?fields=nothing");
    ASSERT_EQ(refused.status, 422) << refused.body;
    const std::string known = "the fields are: ";
    const auto at = refused.body.find(known) + known.size();
    std::string fields = refused.body.substr(at, refused.body.find('"', at) - at);
    std::erase(fields, ' ');
    EXPECT_EQ(call("GET", target + "?fields=" + fields).body, call("GET", target).body);
  }
}

TEST_F(E2eLists, WorkersComeInPages) {
  for (int i = 0; i < 25; ++i) {
    const std::string id = "w" + std::to_string(100 + i);
    ASSERT_EQ(call("POST", "/resources/workers/lease",
                   R"({"definitions":["d"],"workerId":")" + id + "\"}")
                  .status,
              200);
  }
  std::vector<std::string> seen;
  std::string after;
  for (std::size_t wanted : {10U, 10U, 5U, 0U}) {
    const auto page = call("GET", "/resources/workers?limit=10&after=" + after);
    const auto rows = elements(page.body, "workers");
    ASSERT_EQ(rows.size(), wanted) << page.body;
    EXPECT_EQ(member(page.body, "totalCount"), "25");
    for (const JsonValue& row : rows) {
      seen.push_back(member(row.text(), "workerId"));
    }
    after = member(page.body, "lastCursor");
  }
  EXPECT_EQ(after, "null");
  EXPECT_EQ(seen.size(), 25U);
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  const auto back = call("GET", "/resources/workers?limit=2&before=w103");
  EXPECT_EQ(member(back.body, "firstCursor"), "w101");
  EXPECT_EQ(member(back.body, "lastCursor"), "w102");
  EXPECT_EQ(elements(call("GET", "/resources/workers").body, "workers").size(), 25U);
  EXPECT_EQ(call("GET", "/resources/workers?after=%20").status, 422);
  EXPECT_EQ(call("GET", "/resources/workers?after=w1&before=w2").status, 422);
  EXPECT_EQ(call("GET", "/resources/workers?limit=1001").status, 422);
}

TEST_F(E2eLists, AWorkerAsksForSoMuchAndNoMore) {
  const auto lease = [&](std::size_t bytes) {
    std::string names;
    for (; bytes >= 128; bytes -= 128) {
      names += (names.empty() ? "\"" : ",\"") + std::string(128, 'd') + "\"";
    }
    return call("POST", "/resources/workers/lease",
                R"({"definitions":[)" + names + R"(],"workerId":"w"})");
  };
  EXPECT_EQ(lease(kLeaseDefinitionsBytesMax).status, 200);
  const auto refused = lease(kLeaseDefinitionsBytesMax + 128);
  EXPECT_EQ(refused.status, 413) << refused.body;
  EXPECT_NE(refused.body.find(R"("field":"definitions")"), std::string::npos) << refused.body;
}

}  // namespace
}  // namespace daybook::test
