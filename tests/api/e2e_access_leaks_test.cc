// What a caller may not see is to him as if it were not there: every route is asked, so one that is
// added is asked too.
#include <map>

#include <gtest/gtest.h>

#include "api/router.h"
#include "tests/api/server_fixture.h"

namespace daybook::test {
namespace {

using api::Method;
using api::Route;

constexpr std::string_view kHidden = "hidden";  // part of every name that the caller may not see

// Of one parameter of a path: what is there and not for the caller, and what is not there.
struct Named {
  std::vector<std::string> hidden;
  std::string absent;
};

class E2eAccessLeaks : public ServerFixture {
 protected:
  void SetUp() override {
    with_tokens = true;
    start();
    owner_ = add_token("owner", {"*:*"});
    bearer = owner_;
    put_definition("seen");
    put_definition("hidden-definition");
    ASSERT_EQ(
        call("PUT", "/resources/components/hidden-component", R"({"runtime":"worker"})").status,
        201);
    ASSERT_EQ(call("PUT", "/resources/rules/hidden-rule", R"({"componentId":"a.hrule"})").status,
              201);
    ASSERT_EQ(call("PUT", "/resources/rules/seen", R"({"componentId":"a.hrule"})").status, 201);
    add_token("hidden-token", {"jobs:read"});
    create_jobs();
    named_["componentId"] = {{"hidden-component"}, "absent-component"};
    named_["jobDefinitionId"] = {{"hidden-definition"}, "absent-definition"};
    named_["ruleId"] = {{"hidden-rule"}, "absent-rule"};
    named_["tokenId"] = {{"hidden-token"}, "absent-token"};
    named_["sendingId"] = {{create_mail()}, "00000000-0000-8000-8000-0000000000ff"};
    named_["name"] = {{"jobs"}, "absent"};
    reader_ = add_token("reader",
                        {"components/w:*", "job-definitions/seen:*", "rules/seen:*", "jobs/seen:*",
                         "events/seen:*", "workers/seen:*", "tokens/reader:*", "graph:read"});
    writer_ = add_token("writer", {"jobs/seen:write"});
  }

  void create_jobs() {
    const std::string more = R"(,"tags":["hidden-tag"])";
    const std::string pending =
        create_job("hidden-definition", R"(,"tags":["hidden-tag"],"runAt":"2031-01-01T00:00:00Z")");
    const std::string cancelled = create_job("hidden-definition", more);
    EXPECT_EQ(call("DELETE", "/resources/jobs/" + cancelled).status, 200);
    const std::string completed = create_job("hidden-definition", more);
    complete(lease_one("hidden-definition"), R"("result":"hidden-result")");
    const std::string failed = create_job("hidden-definition", more);
    complete(lease_one("hidden-definition"), R"("error":{"code":"HIDDEN","message":"hidden"})");
    const std::string removed = create_job("hidden-definition", more);
    EXPECT_EQ(call("DELETE", "/resources/jobs/" + removed).status, 200);
    EXPECT_EQ(call("DELETE", "/resources/jobs/" + removed + "?remove=true").status, 200);
    const std::string running = create_job("hidden-definition", more);
    EXPECT_EQ(member(lease_one("hidden-definition"), "jobId"), running);
    named_["jobId"] = {{pending, cancelled, completed, failed, removed, running},
                       "01963a00-0000-7000-8000-00000000ffff"};
    seen_ = create_job("seen", R"(,"runAt":"2031-01-01T00:00:00Z")");
  }
  void complete(const std::string& leased, const std::string& end) {
    const auto reply = call("POST", "/resources/workers/complete",
                            R"([{"token":")" + member(leased, "token") + "\"," + end + "}]");
    ASSERT_EQ(reply.status, 200) << reply.body;
  }
  std::string create_mail() {
    const auto reply =
        call("POST", "/resources/sendings/email",
             R"({"to":"hidden@example.org","subject":"hidden","body":{"plainText":"hidden"}})");
    EXPECT_EQ(reply.status, 201) << reply.body;
    return member(reply.body, "sendingId");
  }

  HttpReply as(const std::string& token, std::string_view method, std::string_view target,
               std::string_view body = {}) {
    bearer = token;
    HttpReply out = call(method, target, body);
    bearer = owner_;
    return out;
  }
  static std::string parameter_of(const Route& route) {
    const auto open = route.pattern.find('{');
    if (open == std::string_view::npos) {
      return {};
    }
    const std::string_view rest = route.pattern.substr(open + 1);
    return std::string(rest.substr(0, rest.find_first_of(".}")));
  }
  // The answer to a request that names `id`, without what is another's in every answer.
  std::string told(const std::string& token, const Route& route, const std::string& id) {
    std::string path(route.pattern);
    const auto open = path.find('{');
    path.replace(open, path.find('}') + 1 - open, id);
    const bool body = route.body && !route.body_may_lack;
    const HttpReply reply = as(token, api::method_name(route.method), path, body ? "{}" : "");
    std::string out = std::to_string(reply.status) + " " + reply.body;
    for (std::size_t at = out.find(id); at != std::string::npos; at = out.find(id)) {
      out.replace(at, id.size(), "ID");
    }
    const std::string key = "\"requestId\":\"";
    if (const auto at = out.find(key); at != std::string::npos) {
      out.erase(at, out.find('"', at + key.size()) + 1 - at);
    }
    return out;
  }
  void expect_nothing_hidden(const HttpReply& reply, const std::string& what) {
    EXPECT_EQ(reply.body.find(kHidden), std::string::npos) << what << ": " << reply.body;
  }

  std::string owner_;
  std::string reader_;
  std::string writer_;
  std::string seen_;
  std::map<std::string, Named> named_;
};

TEST_F(E2eAccessLeaks, WhatIsHiddenIsAnsweredAsIfItWereNotThere) {
  for (const Route& route : api::routes()) {
    const std::string parameter = parameter_of(route);
    if (parameter.empty()) {
      continue;
    }
    ASSERT_TRUE(named_.contains(parameter)) << "say what a route of " << parameter << " may tell";
    const Named& named = named_.at(parameter);
    for (const std::string& token : {reader_, writer_}) {
      const std::string absent = told(token, route, named.absent);
      EXPECT_TRUE(absent.starts_with("404") || absent.starts_with("403")) << absent;
      for (const std::string& id : named.hidden) {
        EXPECT_EQ(told(token, route, id), absent)
            << api::method_name(route.method) << " " << route.pattern << " " << id;
      }
    }
  }
}

TEST_F(E2eAccessLeaks, NoListHoldsOrCountsWhatIsHidden) {
  std::size_t lists = 0;
  for (const Route& route : api::routes()) {
    if (route.method != Method::kGet || !parameter_of(route).empty()) {
      continue;
    }
    const std::string path(route.pattern);
    const auto reply = as(reader_, "GET", path);
    expect_nothing_hidden(reply, path);
    const bool page = reply.body.find("\"totalCount\"") != std::string::npos;
    const std::string total = page ? member(reply.body, "totalCount") : "";
    if (reply.status != 200 || total.empty()) {
      continue;
    }
    ++lists;
    const auto collection = JsonValue(reply.body).members().front().second;
    const std::size_t rows = collection.elements().size();
    EXPECT_EQ(total, std::to_string(rows)) << path << ": " << reply.body;
    EXPECT_EQ(rows, 1U) << path << ": " << reply.body;
  }
  EXPECT_EQ(lists, 5U) << "jobs, definitions, components, rules, tokens";
}

TEST_F(E2eAccessLeaks, NoFilterFindsWhatIsHidden) {
  const std::string pending = named_.at("jobId").hidden.front();
  for (const std::string& query :
       {std::string("jobDefinitionId=hidden-definition"), std::string("tag=hidden-tag"),
        std::string("errorCode=HIDDEN"), "parentJobId=" + pending, std::string("status=failed"),
        std::string("status=completed,running"), std::string("order=finishedAt"),
        std::string("tag=hidden-tag&order=runAt"), std::string("status=cancelled&order=-runAt")}) {
    const auto reply = as(reader_, "GET", "/resources/jobs?" + query);
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_TRUE(elements(reply.body, "jobs").empty()) << query << ": " << reply.body;
    const std::string total = member(reply.body, "totalCount");
    EXPECT_TRUE(total.empty() || total == "0") << query << ": " << reply.body;
  }
  for (const std::string query : {"groupBy=none&resolution=day", "resolution=day",
                                  "jobDefinitionId=hidden-definition&resolution=day"}) {
    const auto reply = as(reader_, "GET", "/resources/jobs/statistics?" + query);
    EXPECT_EQ(reply.status, 200) << reply.body;
    expect_nothing_hidden(reply, query);
    for (const char* none : {R"("successful":1)", R"("failed":1)", R"("cancelled":2)"}) {
      EXPECT_EQ(reply.body.find(none), std::string::npos) << query << ": " << reply.body;
    }
  }
  const auto events = as(reader_, "GET", "/resources/events?jobDefinitionId=seen&limit=1000");
  EXPECT_EQ(events.status, 200) << events.body;
  expect_nothing_hidden(events, "events");
  for (const char* format : {"ndjson", "sse", "json"}) {
    const auto reply = as(reader_, "GET", std::string("/resources/events?format=") + format);
    EXPECT_EQ(reply.status, 403) << reply.body;
  }
}

TEST_F(E2eAccessLeaks, NoAnswerToAWriteNamesWhatIsHidden) {
  // Both definitions are of the component "w".
  const std::pair<const char*, std::pair<std::string, std::string>> writes[] = {
      {"PUT", {"/resources/job-definitions/seen", R"({"componentId":"w","displayName":"x"})"}},
      {"PATCH", {"/resources/job-definitions/seen", R"({"paused":true})"}},
      {"POST", {"/resources/jobs", R"({"jobDefinitionId":"seen"})"}},
      {"POST", {"/resources/workers/lease", R"({"definitions":["seen"],"workerId":"w"})"}},
      {"DELETE", {"/resources/jobs/" + seen_, ""}},
      {"POST", {"/resources/jobs/" + seen_ + "/retry", ""}},
      {"PUT", {"/resources/rules/seen", R"({"componentId":"a.hrule"})"}},
      {"PUT", {"/resources/components/w", R"({"runtime":"worker","displayName":"x"})"}},
      {"DELETE", {"/resources/components/w", ""}},
      {"DELETE", {"/resources/job-definitions/seen", ""}}};
  for (const auto& [method, request] : writes) {
    const auto reply = as(reader_, method, request.first, request.second);
    EXPECT_LT(reply.status, 300) << method << " " << request.first << ": " << reply.body;
    expect_nothing_hidden(reply, std::string(method) + " " + request.first);
  }
}

TEST_F(E2eAccessLeaks, WhoMayWriteOnlyIsNotShownWhatIsThere) {
  const std::string writer = add_token("definition-writer", {"job-definitions/hidden*:write"});
  const auto patched =
      as(writer, "PATCH", "/resources/job-definitions/hidden-definition", R"({"paused":true})");
  EXPECT_EQ(patched.status, 200) << patched.body;
  EXPECT_EQ(member(patched.body, "jobDefinitionId"), "hidden-definition");
  EXPECT_EQ(member(patched.body, "componentId"), "") << patched.body;
  const auto deleted = as(writer, "DELETE", "/resources/job-definitions/hidden-definition");
  EXPECT_EQ(deleted.status, 200) << deleted.body;
  EXPECT_EQ(member(deleted.body, "pendingJobs"), "") << deleted.body;
}

}  // namespace
}  // namespace daybook::test
