// POST /resources/graph and GET /resources/graph/meta, over a real server.
#include <gtest/gtest.h>

#include "api/graph_question.h"
#include "base/json_check.h"
#include "base/json_value.h"
#include "graph/limits.h"
#include "tests/api/server_fixture.h"

namespace daybook::test {
namespace {

class E2eGraph : public ServerFixture {
 protected:
  void SetUp() override {
    start();
    put_definition("daily");
    put_definition("hourly");
    for (int i = 0; i < 3; ++i) {
      create_job("daily", R"(,"runAt":"2030-01-01T00:00:00Z","tags":["t)" + std::to_string(i) +
                              R"("],"parameters":{"n":)" + std::to_string(i) + "}");
    }
  }
  HttpReply ask(const std::string& body) { return call("POST", "/resources/graph", body); }
  // The answer's one element, without its brackets.
  std::string one(const std::string& question) {
    const auto reply = ask("[" + question + "]");
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_TRUE(check_json(reply.body)) << reply.body;
    return reply.body.size() > 2 ? reply.body.substr(1, reply.body.size() - 2) : "";
  }
};

TEST_F(E2eGraph, AnswersSeveralQuestionsInTheirOrder) {
  const auto reply =
      ask(R"([{"edge":"jobs","filter":"jobDefinitionId = daily and status = pending",)"
          R"("orderBy":"createdAt",)"
          R"("limit":2,"count":true,"node":{"fields":["parameters.n"],"navigate":[)"
          R"({"edge":"definition","node":{"fields":["jobDefinitionId"]}}]}},)"
          R"({"edge":"jobDefinitions","node":{"fields":["jobDefinitionId"]}}])");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_TRUE(reply.body.starts_with(
      R"([{"edge":"jobs","nodes":[{"parameters":{"n":0},"definition":{"jobDefinitionId":"daily"}},)"
      R"({"parameters":{"n":1},"definition":{"jobDefinitionId":"daily"}}],)"
      R"("totalCount":3,"firstCursor":")"))
      << reply.body;
  EXPECT_NE(
      reply.body.find(
          R"("more":true,"cut":[]},{"edge":"jobDefinitions","nodes":[{"jobDefinitionId":"daily"},)"
          R"({"jobDefinitionId":"hourly"}],"firstCursor":")"),
      std::string::npos)
      << reply.body;
  EXPECT_FALSE(reply.field("daybook-as-of-seq").empty());
}

TEST_F(E2eGraph, NavigationsThatWereCutAreNamed) {
  const std::string answer =
      one(R"({"edge":"jobDefinitions","node":{"fields":["jobDefinitionId"],)"
          R"("navigate":[{"edge":"jobs","limit":1,"node":{"fields":["tags"]}}]}})");
  EXPECT_EQ(member(answer, "more"), "false");
  EXPECT_EQ(member(answer, "cut"), R"(["jobs"])");
}

TEST_F(E2eGraph, APageGoesOnBehindItsLastCursor) {
  const std::string question = R"({"edge":"jobs","limit":2,"node":{"fields":["tags"]})";
  const std::string first = one(question + "}");
  EXPECT_EQ(member(first, "nodes"), R"([{"tags":["t2"]},{"tags":["t1"]}])");
  const std::string second = one(question + R"(,"after":")" + member(first, "lastCursor") + "\"}");
  EXPECT_EQ(member(second, "nodes"), R"([{"tags":["t0"]}])");
  EXPECT_EQ(member(second, "more"), "false");
}

TEST_F(E2eGraph, SeesWhatWasJustWritten) {
  const std::string id = create_job("hourly");
  EXPECT_EQ(member(one(R"({"edge":"jobs","filter":"jobId == )" + id +
                       R"(","node":{"fields":["jobDefinitionId"]}})"),
                   "nodes"),
            R"([{"jobDefinitionId":"hourly"}])");
}

TEST_F(E2eGraph, RefusesWithTheFieldAndTheReason) {
  struct Case {
    std::string body;
    int status;
    std::string code;
    std::string field;
  };
  const std::string too_many = [] {
    std::string out = R"([{"edge":"jobs"})";
    for (std::size_t i = 0; i < graph::kGraphEdgesMax; ++i) {
      out += R"(,{"edge":"jobs"})";
    }
    return out + "]";
  }();
  const Case cases[] = {
      {R"({"edge":"jobs"})", 422, "INVALID_FIELD", "body"},
      {"[]", 422, "INVALID_FIELD", "body"},
      {too_many, 422, "INVALID_FIELD", "body"},
      {"[{}]", 422, "INVALID_FIELD", "[0].edge"},
      {R"([{"edge":"jobs","limit":101}])", 422, "INVALID_FIELD", "[0].limit"},
      {R"([{"edge":"jobs","phrase":"x"}])", 422, "GRAPH_PHRASE", "[0].phrase"},
      {R"([{"edge":"jobs","before":"x"}])", 422, "UNKNOWN_MEMBER", "[0].before"},
      {R"([{"edge":"jobs","node":{"field":[]}}])", 422, "UNKNOWN_MEMBER", "[0].node.field"},
      {R"([{"edge":"jobs","node":{"navigate":[{"edge":"events","count":true}]}}])", 422,
       "UNKNOWN_MEMBER", "[0].node.navigate[0].count"},
      {R"([{"edge":"jobs"},{"edge":"orders"}])", 422, "GRAPH_UNKNOWN_SET", "[1].edge"},
      {R"([{"edge":"jobs","filter":"statsu = x"}])", 422, "GRAPH_UNKNOWN_FIELD", "[0].filter"},
      {R"([{"edge":"jobs","node":{"fields":["x"]}}])", 422, "GRAPH_UNKNOWN_FIELD",
       "[0].node.fields[0]"},
      {R"([{"edge":"jobs","node":{"navigate":[{"edge":"parent","node":{"navigate":[)"
       R"({"edge":"parent","orderBy":"x"}]}}]}}])",
       422, "GRAPH_UNKNOWN_FIELD", "[0].node.navigate[0].node.navigate[0].orderBy"},
      {R"([{"edge":"events"}])", 422, "GRAPH_SCAN_LIMIT", "[0].filter"},
      {R"([{"edge":"jobs","after":"00"}])", 422, "BAD_CURSOR", "[0].after"},
      {"[", 400, "MALFORMED_JSON", ""},
  };
  for (const Case& c : cases) {
    const auto reply = ask(c.body);
    EXPECT_EQ(reply.status, c.status) << c.body << reply.body;
    EXPECT_NE(reply.body.find("\"code\":\"" + c.code + "\""), std::string::npos)
        << c.body << reply.body;
    if (!c.field.empty()) {
      EXPECT_NE(reply.body.find("\"field\":\"" + c.field + "\""), std::string::npos)
          << c.body << reply.body;
    }
  }
}

TEST_F(E2eGraph, SetsAreNamedWhereOneIsNotThere) {
  EXPECT_NE(
      ask(R"([{"edge":"orders"}])")
          .body.find(
              "there is no set 'orders'; the sets are: components, events, jobDefinitions, jobs"),
      std::string::npos);
}

TEST_F(E2eGraph, MetaListsSetsFieldsAndNavigations) {
  const auto reply = call("GET", "/resources/graph/meta");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_TRUE(check_json(reply.body));
  std::string names;
  for (const auto& set : elements(reply.body, "sets")) {
    names += member(set.text(), "edge") + " ";
    EXPECT_NE(member(set.text(), "description"), "");
  }
  EXPECT_EQ(names, "components events jobDefinitions jobs rules sendings ");
  for (const char* part :
       {R"({"name":"status","type":"text","values":["pending","running",)",
        R"({"name":"tags","type":"list","element":{"type":"text"}})",
        R"({"name":"error","type":"record","fields":[{"name":"code","type":"text"},)",
        R"({"name":"events","edge":"events","many":true,"on":[{"from":"jobId","to":"jobId"}]})",
        R"("orderBy":"createdAt desc")"}) {
    EXPECT_NE(reply.body.find(part), std::string::npos) << part << "\n" << reply.body;
  }
}

}  // namespace
}  // namespace daybook::test
