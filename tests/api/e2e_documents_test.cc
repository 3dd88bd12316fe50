// What the documents show is taken by a server.
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/api/server_fixture.h"

namespace daybook::test {
namespace {

// The JSON examples below that heading of docs/components.md, up to the next.
std::vector<std::string> examples(const std::string& heading) {
  std::ifstream file(DAYBOOK_DOCS "/components.md");
  std::vector<std::string> out;
  bool here = false;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#")) {
      here = line == heading;
    } else if (here && line == "```json") {
      inside = true;
      out.emplace_back();
    } else if (line == "```") {
      inside = false;
    } else if (here && inside) {
      out.back() += line + "\n";
    }
  }
  return out;
}

class E2eDocuments : public ServerFixture {
 protected:
  void SetUp() override { start(); }
};

TEST_F(E2eDocuments, EveryExampleOfOnFailureIsTaken) {
  const auto bodies = examples("### On failure");
  ASSERT_FALSE(bodies.empty());
  for (const std::string& body : bodies) {
    const auto reply = call("PUT", "/resources/job-definitions/nightly", body);
    EXPECT_EQ(reply.status, 201) << body << reply.body;
    const auto stored = call("GET", "/resources/job-definitions/nightly").body;
    // What was answered can be put again.
    EXPECT_EQ(call("PUT", "/resources/job-definitions/nightly", stored).status, 200) << stored;
    EXPECT_EQ(call("DELETE", "/resources/job-definitions/nightly").status, 200);
  }
}

TEST_F(E2eDocuments, AFailedJobHandsItsParametersOn) {
  put_definition("rescue");
  put_definition("d", R"(,"onFailure":[{"effect":"scheduleJob","definition":"rescue",)"
                      R"("parameters":"${parameters}"}])");
  create_job("d", R"(,"parameters":{"a":[1,{"b":null}]})");
  const std::string token = member(lease_one("d"), "token");
  const auto reply =
      call("POST", "/resources/workers/complete",
           R"([{"token":")" + token + R"(","error":{"code":"[Errno 2]","retryable":false}}])");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(member(lease_one("rescue"), "parameters"), R"({"a":[1,{"b":null}]})");
}

TEST_F(E2eDocuments, EveryErrorCodeThatAJobShowsCanBeAskedFor) {
  put_definition("d");
  for (const std::string code : {"[Errno 2]", "E_X", "-", "a b", "\u00e4", ".x"}) {
    const std::string id = create_job("d");
    const std::string token = member(lease_one("d"), "token");
    const auto reply = call(
        "POST", "/resources/workers/complete",
        R"([{"token":")" + token + R"(","error":{"code":")" + code + R"(","retryable":false}}])");
    ASSERT_EQ(reply.status, 200) << reply.body;
    const auto job = call("GET", "/resources/jobs/" + id).body;
    const auto shown = member(member(job, "error"), "code");
    ASSERT_FALSE(shown.empty()) << job;
    const std::string list = call("GET", "/resources/jobs?errorCode=" + shown).body;
    EXPECT_EQ(elements(list, "jobs").size(), 1U) << shown << " " << list;
  }
  EXPECT_EQ(call("GET", "/resources/jobs?errorCode=").status, 422);
}

}  // namespace
}  // namespace daybook::test
