// Every field wrong in every way: a clear refusal that names the field, and nothing in the log.
#include <gtest/gtest.h>

#include "base/json_check.h"
#include "base/limits/definitions.h"
#include "base/limits/http.h"
#include "base/limits/json.h"
#include "base/limits/resources.h"
#include "tests/api/server_fixture.h"

namespace daybook::test {
namespace {

struct Case {
  std::string body;
  int status;
  std::string names;  // what the answer must name
};

std::string job(const std::string& member) {
  return R"({"jobDefinitionId":"d",)" + member + "}";
}
std::string definition(const std::string& member) {
  return R"({"componentId":"c",)" + member + "}";
}
std::string deep(std::size_t depth) {
  return std::string(depth, '[') + "1" + std::string(depth, ']');
}

class E2eRefusals : public ServerFixture {
 protected:
  void SetUp() override {
    start();
    put_definition("d");
  }
  void check(const std::string& method, const std::string& path, const std::vector<Case>& cases) {
    const Seq before = log().last();
    HttpClient client(port());
    for (const Case& c : cases) {
      const auto reply = client.call(method, path, c.body);
      ASSERT_TRUE(reply) << path << " " << c.body.substr(0, 200);
      EXPECT_EQ(reply->status, c.status) << path << " " << c.body.substr(0, 200) << "\n"
                                         << reply->body;
      EXPECT_NE(reply->body.find(c.names), std::string::npos)
          << path << " " << c.body.substr(0, 200) << "\n"
          << reply->body;
      EXPECT_EQ(reply->field("Content-Type"), "application/problem+json");
      EXPECT_TRUE(check_json(reply->body)) << reply->body;
    }
    EXPECT_EQ(log().last(), before);
  }
};

TEST_F(E2eRefusals, BodiesThatAreNotJson) {
  for (const auto& [method, path] :
       {std::pair("POST", "/resources/jobs"), std::pair("PUT", "/resources/job-definitions/x"),
        std::pair("PUT", "/resources/components/x"), std::pair("POST", "/resources/workers/lease"),
        std::pair("POST", "/resources/workers/complete"),
        std::pair("POST", "/resources/workers/heartbeat")}) {
    check(method, path,
          {{"{", 400, "MALFORMED_JSON"},
           {"nonsense", 400, "MALFORMED_JSON"},
           {"{\"a\":\"\xff\"}", 400, "MALFORMED_JSON"},
           {"{\"a\":\"\xed\xa0\x80\"}", 400, "MALFORMED_JSON"},
           {"{\"a\":1e999}", 400, "MALFORMED_JSON"},
           {deep(kJsonDocumentDepthMax + 1), 400, "MALFORMED_JSON"},
           {deep(100'000), 400, "MALFORMED_JSON"},
           {R"({"a":1,"a":2})", 400, "DUPLICATE_MEMBER"},
           {"null", 422, "body"},
           {"1", 422, "body"},
           {"\"x\"", 422, "body"}});
  }
}

TEST_F(E2eRefusals, JobFields) {
  const std::string long_text(300, 'a');
  check("POST", "/resources/jobs",
        {{"{}", 422, "jobDefinitionId"},
         {R"({"jobDefinitionId":null})", 422, "jobDefinitionId"},
         {R"({"jobDefinitionId":1})", 422, "jobDefinitionId"},
         {R"({"jobDefinitionId":["d"]})", 422, "jobDefinitionId"},
         {R"({"jobDefinitionId":""})", 422, "jobDefinitionId"},
         {R"({"jobDefinitionId":"a b"})", 422, "jobDefinitionId"},
         {R"({"jobDefinitionId":"../d"})", 422, "jobDefinitionId"},
         {R"({"jobDefinitionId":")" + long_text + "\"}", 422, "jobDefinitionId"},
         {R"({"jobDefinitionId":"unknown"})", 422, "DEFINITION_NOT_FOUND"},
         {job(R"("parameters":[])"), 422, "parameters"},
         {job(R"("parameters":"{}")"), 422, "parameters"},
         {job(R"("parameters":{"x":")" + std::string(kParametersBytesMax, 'a') + "\"}"), 413,
          "parameters"},
         {job(R"("runAt":5)"), 422, "runAt"},
         {job(R"("runAt":"soon")"), 422, "runAt"},
         {job(R"("runAt":"2025-13-01T00:00:00Z")"), 422, "runAt"},
         {job(R"("runAt":"9999-01-01T00:00:00Z")"), 422, "runAt"},
         {job(R"("runAt":"0000-01-01T00:00:00Z")"), 422, "runAt"},
         {job(R"("priority":"1")"), 422, "priority"},
         {job(R"("priority":101)"), 422, "priority"},
         {job(R"("priority":-101)"), 422, "priority"},
         {job(R"("priority":1.5)"), 422, "priority"},
         {job(R"("tags":"a")"), 422, "tags"},
         {job(R"("tags":[1])"), 422, "tags[0]"},
         {job(R"("tags":["a",""])"), 422, "tags[1]"},
         {job(R"("tags":[")" + long_text + "\"]"), 422, "tags[0]"},
         {job(R"("tags":["1","2","3","4","5","6","7","8","9","a","b","c","d","e","f","g","h"])"),
          422, "tags"},
         {job(R"("uniqueKey":1)"), 422, "uniqueKey"},
         {job(R"("uniqueKey":")" + long_text + "\""), 422, "uniqueKey"},
         {job(R"("uniqueKey":"a\u0001")"), 422, "uniqueKey"},
         {job(R"("runat":"2025-11-16T02:00:00Z")"), 422, "runat"},
         {job(R"("status":"running")"), 422, "status"},
         {"[]", 422, "body"},
         {"[1]", 422, "[0]"},
         {R"([{"jobDefinitionId":"d","runAt":"soon"}])", 422, "[0].runAt"},
         {R"([{"jobDefinitionId":"unknown"}])", 422, "[0].jobDefinitionId"},
         {job(R"("tags":["a\nb"])"), 422, "tags[0]"},
         {job("\"tags\":[\"\xe2\x80\xae\"]"), 422, "tags[0]"},
         {job("\"uniqueKey\":\"a\xc2\x9b\""), 422, "uniqueKey"},
         {job(R"("parameters":{"a":)" + deep(kJsonDepthMax) + "}"), 422, "TOO_DEEP"},
         {R"([{"jobDefinitionId":"d","parameters":{"a":)" + deep(kJsonDepthMax) + "}}]", 422,
          "[0].parameters"},
         {R"([{"jobDefinitionId":"d"},{"jobDefinitionId":"d","priority":1000}])", 422,
          "[1].priority"}});
}

TEST_F(E2eRefusals, MoreJobsThanARequestMayHold) {
  std::string body = "[";
  for (std::size_t i = 0; i <= kJobsPerRequestMax; ++i) {
    body += i > 0 ? R"(,{"jobDefinitionId":"d"})" : R"({"jobDefinitionId":"d"})";
  }
  check("POST", "/resources/jobs", {{body + "]", 422, "10000"}});
}

TEST_F(E2eRefusals, DefinitionFields) {
  check("PUT", "/resources/job-definitions/x",
        {{"{}", 422, "componentId"},
         {R"({"componentId":""})", 422, "componentId"},
         {R"({"componentId":"a//b"})", 422, "componentId"},
         {definition(R"("jobDefinitionId":"y")"), 422, "jobDefinitionId"},
         {definition(R"("displayName":1)"), 422, "displayName"},
         {definition(R"("displayName":"a\nb")"), 422, "displayName"},
         {definition("\"displayName\":\"a\xc2\x9b"
                     "31m\""),
          422, "displayName"},
         {definition(R"("retry":3)"), 422, "retry"},
         {definition(R"("retry":{"maxAttempts":0})"), 422, "retry.maxAttempts"},
         {definition(R"("retry":{"maxAttempts":1001})"), 422, "retry.maxAttempts"},
         {definition(R"("retry":{"attempts":1})"), 422, "retry.attempts"},
         {definition(R"("retry":{"backoff":"1s"})"), 422, "retry.backoff"},
         {definition(R"("retry":{"backoff":{"initial":1}})"), 422, "retry.backoff.initial"},
         {definition(R"("retry":{"backoff":{"initial":"8d"}})"), 422, "retry.backoff.initial"},
         {definition(R"("retry":{"backoff":{"factor":0.5}})"), 422, "retry.backoff.factor"},
         {definition(R"("retry":{"backoff":{"factor":1e300}})"), 422, "retry.backoff.factor"},
         {definition(R"("retry":{"backoff":{"max":"forever"}})"), 422, "retry.backoff.max"},
         {definition(R"("retry":{"backoff":{"factor":1.0004}})"), 422, "retry.backoff.factor"},
         {definition(R"("retry":{"backoff":{"initial":"10s","max":"5s"}})"), 422,
          "retry.backoff.max"},
         {definition(R"("retry":{"backoff":{"jitter":0.1234}})"), 422, "retry.backoff.jitter"},
         {definition(R"("retry":{"backoff":{"jitter":1.1}})"), 422, "retry.backoff.jitter"},
         {definition(R"("retry":{"backoff":{"jitter":-0.1}})"), 422, "retry.backoff.jitter"},
         {definition(R"("timeout":"0s")"), 422, "timeout"},
         {definition(R"("timeout":"8d")"), 422, "timeout"},
         {definition(R"("leaseDuration":"10ms")"), 422, "leaseDuration"},
         {definition(R"("concurrency":0)"), 422, "concurrency"},
         {definition(R"("concurrency":1000000)"), 422, "concurrency"},
         {definition(R"("rateLimit":5)"), 422, "rateLimit"},
         {definition(R"("rateLimit":{"count":5})"), 422, "rateLimit.per"},
         {definition(R"("rateLimit":{"per":"1m"})"), 422, "rateLimit.count"},
         {definition(R"("rateLimit":{"count":0,"per":"1m"})"), 422, "rateLimit.count"},
         {definition(R"("rateLimit":{"count":1,"per":"0s"})"), 422, "rateLimit.per"},
         {definition(R"("priority":true)"), 422, "priority"},
         {definition(R"("retention":"4000d")"), 422, "retention"},
         {definition(R"("paused":"yes")"), 422, "paused"}});
  check("PUT", "/resources/job-definitions/-bad",
        {{R"({"componentId":"c"})", 422, "jobDefinitionId"}});
}

// Each fault once, whatever else is wrong, and none that follows from another.
TEST_F(E2eRefusals, AllFaultsOfABodyAreNamedAtOnce) {
  const auto faults = [&](const std::string& method, const std::string& path,
                          const std::string& body) {
    const std::string answer = call(method, path, body).body;
    std::string out;
    for (const JsonValue& error : elements(answer, "errors")) {
      out += (out.empty() ? "" : " ") + member(member(error.text(), "details"), "field");
    }
    return out;
  };
  const auto put = [&](const std::string& more) {
    return faults("PUT", "/resources/job-definitions/x", definition(more));
  };
  EXPECT_EQ(put(R"("priority":"x","rateLimit":{"count":3})"), "rateLimit.per priority");
  EXPECT_EQ(put(R"("priority":"x","rateLimit":{"count":3,"per":"1m"})"), "priority");
  EXPECT_EQ(put(R"("priority":"x","rateLimit":{"count":0,"per":"x"})"),
            "rateLimit.count rateLimit.per priority");
  EXPECT_EQ(put(R"("priority":"x","rateLimit":{"count":0,"per":"1m"})"),
            "rateLimit.count priority");
  EXPECT_EQ(put(R"("priority":"x","rateLimit":{})"), "rateLimit.count rateLimit.per priority");
  EXPECT_EQ(put(R"("paused":1,"retry":{"backoff":{"initial":"2h","max":"1h"}})"),
            "paused retry.backoff.max");
  EXPECT_EQ(put(R"("paused":1,"retry":{"backoff":{"initial":"x","max":"1ms"}})"),
            "retry.backoff.initial paused");
  EXPECT_EQ(put(R"("retry":{"backoff":{"initial":"2h","max":"1h"}},"rateLimit":{"per":"1m"})"),
            "rateLimit.count retry.backoff.max");
  EXPECT_EQ(faults("PUT", "/resources/components/x",
                   R"({"runtime":"worker","displayName":[],"componentVersion":1,"x":1,"y":2})"),
            "displayName componentVersion x y");
}

// What a change leaves is held to the same rules as what is put.
TEST_F(E2eRefusals, AChangeStoresNothingThatCouldNotBePut) {
  put_definition("p", R"(,"retry":{"backoff":{"initial":"1s","max":"1h"}})");
  put_definition("q", R"(,"rateLimit":{"count":3,"per":"1m"})");
  check("PATCH", "/resources/job-definitions/p",
        {{R"({"retry":{"backoff":{"initial":"2h"}}})", 422, "retry.backoff.max"},
         {R"({"retry":{"backoff":{"max":"1ms"}}})", 422, "retry.backoff.max"},
         {R"({"retry":{"backoff":{"max":"1ms"}},"priority":"x"})", 422, "priority"},
         {R"({"rateLimit":{"count":3}})", 422, "rateLimit.per"},
         {R"({"componentId":null})", 422, "componentId"}});
  check("PATCH", "/resources/job-definitions/q",
        {{R"({"rateLimit":{"count":null}})", 422, "rateLimit.count"},
         {R"({"rateLimit":{"per":null}})", 422, "rateLimit.per"}});
  EXPECT_EQ(call("PATCH", "/resources/job-definitions/p",
                 R"({"retry":{"backoff":{"initial":"2h","max":"3h"}}})")
                .status,
            200);
  EXPECT_EQ(call("PATCH", "/resources/job-definitions/q", R"({"rateLimit":null})").status, 200);
}

std::string on_failure(const std::string& effects) {
  return definition(R"("onFailure":)" + effects);
}
std::string schedules(const std::string& more) {
  return on_failure(R"([{"effect":"scheduleJob","definition":"d",)" + more + "}]");
}

TEST_F(E2eRefusals, WhatADefinitionAsksForOnAFailure) {
  check("PUT", "/resources/job-definitions/x",
        {{on_failure("{}"), 422, "onFailure"},
         {on_failure("[1]"), 422, "onFailure[0]"},
         {on_failure(R"([{"effect":"beep"}])"), 422, "onFailure[0].effect"},
         {on_failure(R"([{"effect":"scheduleJob"}])"), 422, "onFailure[0].definition"},
         {schedules(R"("x":1)"), 422, "onFailure[0].x"},
         {schedules(R"("at":"2030-01-01T00:00Z")"), 422, "onFailure[0].at"},
         {schedules(R"("tags":["${jobId}"])"), 422, "BAD_PLACEHOLDER"},
         {schedules(R"("parameters":{"a":"${job}"})"), 422, "onFailure[0].parameters"},
         {schedules(R"("parameters":"${jobId}")"), 422, "onFailure[0].parameters"},
         {schedules(R"("parameters":"${parameters} ")"), 422, "onFailure[0].parameters"},
         {schedules(R"("parameters":"$${parameters}")"), 422, "onFailure[0].parameters"},
         {schedules(R"("parameters":"${parameters..a}")"), 422, "onFailure[0].parameters"},
         {on_failure(R"([{"effect":"messageActor","actorType":"t","actorId":"1",)"
                     R"("messageType":"m","body":1}])"),
          422, "onFailure[0].effect"}});
}

TEST_F(E2eRefusals, MoreThanADefinitionMayAskForOnAFailure) {
  const std::string path = "/resources/job-definitions/x";
  const auto effects = [](std::size_t count) {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
      out += std::string(i > 0 ? "," : "") + R"({"effect":"scheduleJob","definition":"d"})";
    }
    return on_failure("[" + out + "]");
  };
  check("PUT", path, {{effects(kOnFailureEffectsMax + 1), 422, "\"onFailure\""}});
  EXPECT_EQ(call("PUT", path, effects(kOnFailureEffectsMax)).status, 201);
  const auto padded = [](std::size_t bytes) {
    return schedules(R"("parameters":{"x":")" + std::string(bytes, 'x') + "\"}");
  };
  ASSERT_EQ(call("PUT", path, padded(0)).status, 200);
  const std::size_t bare = member(call("GET", path).body, "onFailure").size();
  ASSERT_LT(bare, 200U);
  check("PUT", path, {{padded(kOnFailureBytesMax - bare + 1), 413, "\"onFailure\""}});
  EXPECT_EQ(call("PUT", path, padded(kOnFailureBytesMax - bare)).status, 200);
  EXPECT_EQ(member(call("GET", path).body, "onFailure").size(), kOnFailureBytesMax);
}

TEST_F(E2eRefusals, ComponentFields) {
  check("PUT", "/resources/components/x",
        {{"{}", 422, "runtime"},
         {R"({"runtime":1})", 422, "runtime"},
         {R"({"runtime":"lambda"})", 422, "runtime"},
         {R"({"runtime":"exec","command":["a"]})", 422, "RUNTIME_NOT_AVAILABLE"},
         {R"({"runtime":"worker","componentId":"y"})", 422, "componentId"},
         {R"({"runtime":"worker","displayName":[]})", 422, "displayName"},
         {R"({"runtime":"worker","description":")" + std::string(5000, 'a') + "\"}", 422,
          "description"},
         {R"({"runtime":"worker","x":1})", 422, "\"x\""},
         {R"({"runtime":"worker","x":")" + std::string(kComponentCodeBytesMax, 'a') + "\"}", 413,
          "TOO_LARGE"}});
}

TEST_F(E2eRefusals, WorkerFields) {
  const std::string token = R"("token":"1.00000000000000000000000000000000")";
  check("POST", "/resources/workers/lease",
        {{"{}", 422, "definitions"},
         {R"({"definitions":"d","workerId":"w"})", 422, "definitions"},
         {R"({"definitions":[],"workerId":"w"})", 422, "definitions"},
         {R"({"definitions":["a b"],"workerId":"w"})", 422, "definitions[0]"},
         {R"({"definitions":["d"]})", 422, "workerId"},
         {R"({"definitions":["d"],"workerId":"a b"})", 422, "workerId"},
         {R"({"definitions":["d"],"workerId":"w","max":0})", 422, "max"},
         {R"({"definitions":["d"],"workerId":"w","max":1001})", 422, "max"},
         {R"({"definitions":["d"],"workerId":"w","waitMs":60001})", 422, "waitMs"},
         {R"({"definitions":["d"],"workerId":"w","wait":1})", 422, "wait"}});
  check("POST", "/resources/workers/complete",
        {{"{}", 422, "reports"}, {"[]", 422, "body"}, {"null", 422, "body"}});
  check("POST", "/resources/workers/heartbeat", {{"{}", 422, "body"}, {"[]", 422, "body"}});
  const Seq before = log().last();
  // An item that is at fault is answered in its place.
  const auto item = [&](const char* route, const std::string& body, const std::string& field) {
    const auto reply = call("POST", std::string("/resources/workers/") + route, "[" + body + "]");
    EXPECT_EQ(reply.status, 200) << reply.body;
    EXPECT_NE(reply.body.find(R"("status":422)"), std::string::npos) << body << reply.body;
    EXPECT_NE(reply.body.find("\"field\":\"" + field), std::string::npos) << body << reply.body;
  };
  for (const auto& [body, field] : std::vector<std::pair<std::string, std::string>>{
           {"{}", "token"},
           {R"({"token":"x"})", "token"},
           {R"({"token":"1.zz"})", "token"},
           {"{" + token + R"(,"result":1,"cancelled":true})", "result"},
           {"{" + token + R"(,"result":1,"error":{"code":"X"}})", "result"},
           {"{" + token + R"(,"error":{}})", "error.code"},
           {"{" + token + R"(,"error":"x"})", "error"},
           {"{" + token + R"(,"error":{"code":"X","message":1}})", "error.message"},
           {"{" + token + R"(,"effects":{}})", "effects"},
           {"{" + token + R"(,"effects":[{"effect":"launch"}]})", "effects"},
           {"{" + token + R"(,"jobId":"x"})", "jobId"},
           {"{" + token + R"(,"other":1})", "other"}}) {
    item("complete", body, field);
  }
  item("heartbeat", "{}", "token");
  item("heartbeat", "{" + token + R"(,"leaseDuration":5})", "leaseDuration");
  item("heartbeat", "{" + token + R"(,"leaseDuration":"2d"})", "leaseDuration");
  EXPECT_EQ(log().last(), before);
}

TEST_F(E2eRefusals, QueriesNameTheParameter) {
  for (const auto& [target, names] :
       {std::pair("/resources/jobs?state=pending", "state"),
        std::pair("/resources/jobs?status=done", "status"),
        std::pair("/resources/jobs?limit=0", "limit"),
        std::pair("/resources/jobs?order=name", "order"),
        std::pair("/resources/jobs?createdAfter=x", "createdAfter"),
        std::pair("/resources/jobs?tag=", "tag"),
        std::pair("/resources/jobs?after=a&before=b", "before"),
        std::pair("/resources/jobs?after=nonsense", "after"),
        std::pair("/resources/jobs?minSeq=999999", "minSeq"),
        std::pair("/resources/jobs?minSeq=x", "minSeq"),
        std::pair("/resources/events?type=Nothing", "type"),
        std::pair("/resources/events?after=x", "after"),
        std::pair("/resources/events?format=xml", "format"), std::pair("/version?x=1", "\"x\"")}) {
    const auto reply = call("GET", target);
    EXPECT_GE(reply.status, 400) << target;
    EXPECT_LT(reply.status, 500) << target;
    EXPECT_NE(reply.body.find(names), std::string::npos) << target << "\n" << reply.body;
  }
}

TEST_F(E2eRefusals, ASequenceNumberIsNamedAsItWasGiven) {
  const auto field = [&](const std::string& target, const std::string& fields) {
    const auto reply = call("GET", target, {}, fields);
    EXPECT_EQ(reply.status, 422) << reply.body;
    const auto at = reply.body.find(R"("field":")");
    return at == std::string::npos
               ? ""
               : reply.body.substr(at + 9, reply.body.find('"', at + 9) - at - 9);
  };
  EXPECT_EQ(field("/resources/jobs", "Daybook-Min-Seq: 999999\r\n"), "Daybook-Min-Seq");
  EXPECT_EQ(field("/resources/jobs", "Daybook-Min-Seq: x\r\n"), "Daybook-Min-Seq");
  EXPECT_EQ(field("/resources/jobs?minSeq=999999", "Daybook-Min-Seq: 1\r\n"), "minSeq");
}

TEST_F(E2eRefusals, MediaTypesMethodsOriginsAndHosts) {
  const std::string body = R"({"jobDefinitionId":"d"})";
  HttpClient client(port());
  const auto send = [&](const std::string& head, const std::string& content) {
    client.send(head + "Content-Length: " + std::to_string(content.size()) + "\r\n\r\n" + content);
    return client.receive().value_or(HttpReply());
  };
  const std::string post = "POST /resources/jobs HTTP/1.1\r\nHost: localhost\r\n";
  const std::string json = "Content-Type: application/json\r\n";
  EXPECT_EQ(send(post, body).status, 415);
  EXPECT_EQ(send(post + "Content-Type: text/plain\r\n", body).status, 415);
  EXPECT_EQ(send(post + "Content-Type: application/jsonp\r\n", body).status, 415);
  EXPECT_EQ(send(post + json + "Content-Encoding: gzip\r\n", body).status, 415);
  for (const char* charset : {"utf-16", "UTF-32", "iso-8859-1", "\"us-ascii\"", "utf8", ""}) {
    const auto refused =
        send(post + "Content-Type: application/json; charset=" + charset + "\r\n", body);
    EXPECT_EQ(refused.status, 415) << charset;
    EXPECT_EQ(elements(refused.body, "errors").front().text().find("CHARSET_NOT_UTF8") !=
                  std::string_view::npos,
              true)
        << refused.body;
  }
  for (const char* charset : {"utf-8", "UTF-8", "\"utf-8\"", "utf-8; q=1"}) {
    EXPECT_NE(
        send(post + "Content-Type: application/json;charset=" + charset + "\r\n", body).status, 415)
        << charset;
  }
  EXPECT_EQ(send(post + "Content-Type: Application/JSON; charset=utf-8\r\n", body).status, 201);
  EXPECT_EQ(send(post + json + "Origin: http://localhost\r\n", body).status, 201);
  EXPECT_EQ(send(post + json + "Origin: http://evil.example\r\n", body).status, 403);
  EXPECT_EQ(send(post + json + "Origin: null\r\n", body).status, 403);
  EXPECT_EQ(send("POST /resources/jobs HTTP/1.1\r\nHost: evil.example\r\n" + json, body).status,
            403);
  EXPECT_EQ(send("PATCH /resources/jobs HTTP/1.1\r\nHost: localhost\r\n" + json, body).status, 405);
  const auto wrong = call("PUT", "/resources/jobs", "{}");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.field("Allow"), "GET, HEAD, POST");
  EXPECT_EQ(call("GET", "/nothing").status, 404);
  EXPECT_EQ(call("POST", "/resources/jobs/x/retry", "{}").status, 400);
}

TEST_F(E2eRefusals, AChangeMayBeSentAsAMergePatchAndNothingElseMay) {
  const std::string body = R"({"priority":7})";
  HttpClient client(port());
  const auto send = [&](const std::string& method, const std::string& type) {
    client.send(method + " /resources/job-definitions/d HTTP/1.1\r\nHost: localhost\r\n" +
                "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body);
    return client.receive().value_or(HttpReply());
  };
  for (const char* type : {"application/json-patch+json", "application/merge-patch", "text/json",
                           "application/merge-patch+json; charset=utf-16"}) {
    EXPECT_EQ(send("PATCH", type).status, 415) << type;
  }
  EXPECT_EQ(send("PUT", "application/merge-patch+json").status, 415);
  EXPECT_EQ(member(call("GET", "/resources/job-definitions/d").body, "priority"), "0");
  EXPECT_EQ(send("PATCH", "application/merge-patch+json").status, 200);
  EXPECT_EQ(member(call("GET", "/resources/job-definitions/d").body, "priority"), "7");
  EXPECT_EQ(send("PATCH", "Application/Merge-Patch+JSON; charset=utf-8").status, 200);
}

TEST_F(E2eRefusals, AHeadIsAGetWithoutItsBody) {
  HttpClient client(port());
  const auto head = client.call("HEAD", "/version");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->status, 200);
  EXPECT_NE(head->field("Content-Length"), "0");
  EXPECT_EQ(head->body, "");
  EXPECT_EQ(client.get("/version")->status, 200);
}

}  // namespace
}  // namespace daybook::test
