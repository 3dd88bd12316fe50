// Sendings over a real server: asked for, listed, withdrawn.
#include <gtest/gtest.h>

#include "tests/api/server_fixture.h"

namespace daybook::test {
namespace {

const std::string kSendings = "/resources/sendings";
const std::string kMail =
    R"({"to":"ann@example.org","subject":"Hi {name}","body":{"plainText":"p"},)"
    R"("category":"order","dynamic":{"name":"Ann"}})";

class E2eSendings : public ServerFixture {
 protected:
  void SetUp() override { start(); }
  std::string create(const std::string& body = kMail) {
    const auto created = call("POST", kSendings + "/email", body);
    EXPECT_EQ(created.status, 201) << created.body;
    return member(created.body, "sendingId");
  }
};

TEST_F(E2eSendings, MailIsRecordedAsPendingAndSaysWhyItWaits) {
  const auto created = call("POST", kSendings + "/email", kMail);
  ASSERT_EQ(created.status, 201) << created.body;
  const std::string id = member(created.body, "sendingId");
  EXPECT_EQ(created.field("location"), kSendings + "/" + id);
  EXPECT_EQ(id[14], '8');
  const auto read = call("GET", kSendings + "/" + id);
  ASSERT_EQ(read.status, 200) << read.body;
  EXPECT_EQ(member(read.body, "status"), "pending");
  EXPECT_EQ(member(read.body, "transport"), "email");
  EXPECT_EQ(member(read.body, "recipient"), "ann@example.org");
  EXPECT_EQ(member(read.body, "category"), "order");
  EXPECT_EQ(member(read.body, "retryCount"), "0");
  EXPECT_EQ(member(read.body, "dynamic"), R"({"name":"Ann"})");
  EXPECT_EQ(member(read.body, "data"),
            R"({"subject":"Hi {name}","body":{"plainText":"p"},"dynamic":{"name":"Ann"}})");
  EXPECT_EQ(member(read.body, "jobId"), "null");
  EXPECT_EQ(member(read.body, "sentAt"), "null");
  EXPECT_NE(member(read.body, "errorMessage").find("MAIL_NOT_CONFIGURED"), std::string::npos);
}

TEST_F(E2eSendings, FaultsAreNamed) {
  const auto refused =
      call("POST", kSendings + "/email",
           R"({"to":"a@b.org\r\nBcc: c@d.org","subject":"s","body":{"html":"h"}})");
  EXPECT_EQ(refused.status, 422) << refused.body;
  EXPECT_NE(refused.body.find("\"to\""), std::string::npos) << refused.body;
  EXPECT_EQ(call("POST", kSendings + "/email", "{").status, 400);
  EXPECT_EQ(call("GET", kSendings + "/x").status, 422);
  EXPECT_EQ(call("GET", kSendings + "?status=gone").status, 422);
  EXPECT_EQ(call("GET", kSendings + "?transport=fax").status, 422);
  EXPECT_EQ(call("GET", kSendings + "/01234567-89ab-8def-8123-456789abcdef").status, 404);
}

TEST_F(E2eSendings, ListIsFilteredAndPaged) {
  const std::string first = create();
  const std::string second = create(R"({"to":"bo@example.org","subject":"s","body":{"html":"h"}})");
  const auto all = call("GET", kSendings);
  EXPECT_EQ(member(all.body, "totalCount"), "2");
  ASSERT_EQ(elements(all.body, "sendings").size(), 2U);
  const auto page = call("GET", kSendings + "?limit=1");
  EXPECT_NE(page.body.find(second), std::string::npos);
  const auto rest = call("GET", kSendings + "?after=" + member(page.body, "lastCursor"));
  EXPECT_NE(rest.body.find(first), std::string::npos);
  EXPECT_EQ(elements(rest.body, "sendings").size(), 1U);
  for (const char* filter : {"?category=order", "?recipient=ann@example.org&status=pending"}) {
    const auto found = call("GET", kSendings + filter);
    ASSERT_EQ(elements(found.body, "sendings").size(), 1U) << filter << found.body;
    EXPECT_NE(found.body.find(first), std::string::npos) << filter;
  }
  EXPECT_EQ(elements(call("GET", kSendings + "?transport=http").body, "sendings").size(), 0U);
}

TEST_F(E2eSendings, PendingOneIsWithdrawnOnce) {
  const std::string path = kSendings + "/" + create();
  const auto cancelled = call("DELETE", path);
  ASSERT_EQ(cancelled.status, 200) << cancelled.body;
  EXPECT_EQ(member(cancelled.body, "status"), "cancelled");
  EXPECT_EQ(member(call("GET", path).body, "status"), "cancelled");
  const auto again = call("DELETE", path);
  EXPECT_EQ(again.status, 409);
  EXPECT_NE(again.body.find("SENDING_ENDED"), std::string::npos);
  EXPECT_NE(again.body.find("cancelled"), std::string::npos);
  EXPECT_EQ(call("DELETE", kSendings + "/01234567-89ab-8def-8123-456789abcdef").status, 404);
}

TEST_F(E2eSendings, RepeatWithItsKeyGetsTheSameSending) {
  const std::string key = "Idempotency-Key: k-1\r\n";
  const auto first = call("POST", kSendings + "/email", kMail, key);
  const auto again = call("POST", kSendings + "/email", kMail, key);
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(member(call("GET", kSendings).body, "totalCount"), "1");
}

TEST_F(E2eSendings, WorkersEffectsBecomeSendingsOfTheirJob) {
  put_definition("d");
  const std::string job = create_job("d");
  const std::string leased = lease_one("d");
  const auto complete = [&](const std::string& effect) {
    return call("POST", "/resources/workers/complete",
                R"([{"token":")" + member(leased, "token") + R"(","result":1,"effects":[)" +
                    effect + "]}]");
  };
  EXPECT_NE(complete(R"({"effect":"messageActor","path":"a/1","messageType":"x"})")
                .body.find(R"("error":{"status":422)"),
            std::string::npos);
  const auto done = complete(
      R"({"effect":"sendEmail","to":"ann@example.org","subject":"s","body":{"html":"h"}})");
  ASSERT_EQ(done.status, 200) << done.body;
  const auto list = call("GET", kSendings + "?jobId=" + job);
  EXPECT_EQ(member(list.body, "totalCount"), "1");
  const std::string id = member(elements(list.body, "sendings").at(0).text(), "sendingId");
  EXPECT_NE(done.body.find(id), std::string::npos) << done.body;
}

}  // namespace
}  // namespace daybook::test
