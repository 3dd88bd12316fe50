// What lists take over a real server: several statuses, ends, errors, and the fields to show.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_value.h"
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

}  // namespace
}  // namespace daybook::test
