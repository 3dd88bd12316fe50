// web.http and messageActor as functions, against a server on loopback.
#include "components/caller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits/resources.h"
#include "tests/components/http_server.h"

namespace daybook::components {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class CallerTest : public testing::Test {
 protected:
  CallerTest() { options.http.allow_private = true; }

  std::string http(const std::string& members) {
    const std::string json = "{" + members + "}";
    const auto answer =
        open()->http(JsonValue(json), {Micros{}, clock.steady() + seconds(20), given_up});
    EXPECT_TRUE(answer) << answer.error().text();
    return answer.value_or("");
  }
  std::string actor(const std::string& json) {
    const auto answer =
        open()->actor(JsonValue(json), {Micros{}, clock.steady() + seconds(20), given_up});
    EXPECT_TRUE(answer) << answer.error().text();
    return answer.value_or("");
  }
  std::string url(const HttpServer& server, const std::string& path = "") {
    return R"("url":")" + server.url() + path + "\"";
  }
  Caller* open() {
    if (!caller_) {
      auto opened = Caller::open(options, clock);
      EXPECT_TRUE(opened) << opened.error().text();
      caller_ = std::move(*opened);
    }
    return caller_.get();
  }

  void close() { caller_.reset(); }

  SystemClock clock;
  CallerOptions options;
  std::atomic<bool> given_up{false};

 private:
  std::unique_ptr<Caller> caller_;
};

TEST_F(CallerTest, WithoutABodyItGets) {
  HttpServer server([](const SeenRequest&) {
    return answer("200 OK", R"({"a": 12.50})",
                  "Content-Type: application/json\r\nX-A: 1\r\nX-A: 2\r\n");
  });
  const std::string got = http(url(server));
  EXPECT_THAT(got, StartsWith(R"({"statusCode":200,"headers":{)"));
  EXPECT_THAT(got, HasSubstr(R"("x-a":"1, 2")"));
  EXPECT_THAT(got, HasSubstr(R"("content":{"a": 12.50}})"));
  ASSERT_EQ(server.seen().size(), 1U);
  EXPECT_THAT(server.seen()[0].head, StartsWith("GET /run "));
  EXPECT_THAT(server.seen()[0].head, HasSubstr("User-Agent: daybook"));
}

TEST_F(CallerTest, ABodyIsPostedAsJson) {
  HttpServer server([](const SeenRequest&) { return answer("201 Created", "made"); });
  EXPECT_THAT(http(url(server) + R"(,"body":{"n":1.0})"), HasSubstr(R"("statusCode":201,)"));
  EXPECT_THAT(server.seen()[0].head, StartsWith("POST /run "));
  EXPECT_EQ(server.seen()[0].header("Content-Type"), "application/json");
  EXPECT_EQ(server.seen()[0].body, R"({"n":1.0})");
}

TEST_F(CallerTest, ATextIsSentAsItIs) {
  HttpServer server([](const SeenRequest&) { return answer("200 OK", ""); });
  http(url(server) + R"(,"method":"PUT","headers":{"Content-Type":"a/b","X":"y"},"body":"p=1")");
  EXPECT_THAT(server.seen()[0].head, StartsWith("PUT /run "));
  EXPECT_EQ(server.seen()[0].header("Content-Type"), "a/b");
  EXPECT_EQ(server.seen()[0].header("X"), "y");
  EXPECT_EQ(server.seen()[0].body, "p=1");
}

TEST_F(CallerTest, MethodsWithoutABodyWork) {
  HttpServer server([](const SeenRequest& seen) {
    return seen.head.starts_with("HEAD") ? std::string("HTTP/1.1 204 No Content\r\n\r\n")
                                         : answer("200 OK", "x");
  });
  EXPECT_THAT(http(url(server) + R"(,"method":"DELETE")"), HasSubstr(R"("content":"x")"));
  EXPECT_THAT(http(url(server) + R"(,"method":"HEAD")"), HasSubstr(R"("content":"")"));
  EXPECT_THAT(server.seen()[0].head, StartsWith("DELETE /run "));
  EXPECT_THAT(server.seen()[1].head, StartsWith("HEAD /run "));
}

TEST_F(CallerTest, EveryStatusIsAnAnswer) {
  HttpServer server([](const SeenRequest&) {
    return answer("302 Found", "", "Location: http://127.0.0.1:1/\r\n");
  });
  EXPECT_THAT(http(url(server)), HasSubstr(R"("statusCode":302,)"));
  HttpServer broken([](const SeenRequest&) { return answer("500 Oh", "no"); });
  EXPECT_THAT(http(url(broken)), HasSubstr(R"("statusCode":500,)"));
  EXPECT_EQ(broken.connections(), 1);
}

TEST_F(CallerTest, JsonThatIsNoneIsAText) {
  HttpServer server([](const SeenRequest&) {
    return answer("200 OK", "{oh", "Content-Type: application/json\r\n");
  });
  EXPECT_THAT(http(url(server)), HasSubstr(R"("content":"{oh")"));
}

TEST_F(CallerTest, SignedWhenThereIsASecret) {
  options.http.signing_secret = "secret";
  HttpServer server([](const SeenRequest&) { return answer("200 OK", ""); });
  http(url(server) + R"(,"body":1)");
  EXPECT_THAT(server.seen()[0].header("Daybook-Signature"), StartsWith("v1="));
}

TEST_F(CallerTest, WhatIsNoTextIsRefused) {
  HttpServer server([](const SeenRequest&) { return answer("200 OK", "\xff\xfe"); });
  EXPECT_THAT(http(url(server)), HasSubstr(R"({"error":"the answer is neither)"));
}

TEST_F(CallerTest, AnswersAreBounded) {
  HttpServer server(
      [](const SeenRequest&) { return answer("200 OK", std::string(kAnswersBytesMax + 1, 'x')); });
  EXPECT_THAT(http(url(server)), HasSubstr(R"({"error":"The answer is over its size limit.")"));
}

TEST_F(CallerTest, NobodyThereIsAnError) {
  EXPECT_THAT(http(R"("url":"http://127.0.0.1:1/")"), StartsWith(R"({"error":)"));
}

TEST_F(CallerTest, PrivateAddressesAreRefused) {
  options.http.allow_private = false;
  HttpServer server([](const SeenRequest&) { return answer("200 OK", ""); });
  EXPECT_THAT(http(url(server)), HasSubstr("The host is"));
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(CallerTest, TheDeadlineEndsIt) {
  HttpServer server([&](const SeenRequest&) {
    given_up.wait(false);
    return std::string();
  });
  const std::string json = "{" + url(server) + "}";
  const auto got = open()->http(
      JsonValue(json), {Micros{}, clock.steady() + Duration{50'000}, std::atomic<bool>(false)});
  given_up = true;
  given_up.notify_all();
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, R"({"error":"No answer in time."})");
}

TEST_F(CallerTest, GivenUpItEnds) {
  HttpServer server([&](const SeenRequest&) {
    given_up = true;
    return answer("200 OK", "");
  });
  const std::string json = "{" + url(server) + "}";
  given_up = true;
  const auto got =
      open()->http(JsonValue(json), {Micros{}, clock.steady() + seconds(20), given_up});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Code::kShutdown);
}

TEST_F(CallerTest, WhatIsWrongIsNamed) {
  const std::string good = R"("url":"https://example.org/")";
  EXPECT_THAT(http(R"("url":"/x")"), HasSubstr("(url)"));
  EXPECT_THAT(http(good + R"(,"method":"get")"), HasSubstr("(method)"));
  EXPECT_THAT(http(good + R"(,"method":"GET","body":1)"), HasSubstr("(body)"));
  EXPECT_THAT(http(good + R"(,"headers":[])"), HasSubstr("(headers)"));
  EXPECT_THAT(http(good + R"(,"headers":{"Host":"x"})"), HasSubstr("(headers.Host)"));
}

class ActorCallTest : public CallerTest {
 protected:
  std::string ask(const std::string& status, const std::string& said, bool preview = false) {
    HttpServer server([&](const SeenRequest&) { return answer(status, said); });
    options.actors_endpoint = server.url();
    close();
    const std::string got =
        actor(R"({"type":"order","id":"a b","messages":[{"type":"x"}],"preview":)" +
              std::string(preview ? "true}" : "false}"));
    EXPECT_EQ(server.seen().size(), 1U);
    head = server.seen().empty() ? "" : server.seen()[0].head;
    body = server.seen().empty() ? "" : server.seen()[0].body;
    return got;
  }

  std::string head;
  std::string body;
};

TEST_F(ActorCallTest, MessagesArePosted) {
  EXPECT_EQ(ask("200 OK", R"({"data":{"n":1.50},"errors":[]})"),
            R"({"data":{"n":1.50},"errors":[]})");
  EXPECT_THAT(head, StartsWith("POST /run/resources/actors/order/a%20b HTTP"));
  EXPECT_EQ(body, R"([{"type":"x"}])");
}

TEST_F(ActorCallTest, APreviewSaysSo) {
  EXPECT_EQ(ask("204 No Content", "", true), R"({"data":null,"errors":[]})");
  EXPECT_THAT(head, StartsWith("POST /run/resources/actors/order/a%20b?preview=true HTTP"));
}

TEST_F(ActorCallTest, AnyJsonIsTheData) {
  EXPECT_EQ(ask("200 OK", "[1]"), R"({"data":[1],"errors":[]})");
}

TEST_F(ActorCallTest, MemberDataIsTheDataWhateverStandsBesideIt) {
  EXPECT_EQ(ask("200 OK", R"({"paths":["a/1"],"data":{"query":1},"preview":true})"),
            R"({"data":{"query":1},"errors":[]})");
  EXPECT_EQ(ask("200 OK", R"({"data":null})"), R"({"data":null,"errors":[]})");
  EXPECT_EQ(ask("200 OK", R"({"data":{"data":2},"errors":null})"),
            R"({"data":{"data":2},"errors":[]})");
  EXPECT_EQ(ask("200 OK", R"({"paths":[]})"), R"({"data":{"paths":[]},"errors":[]})");
}

TEST_F(ActorCallTest, ErrorsAreHandedOn) {
  EXPECT_EQ(ask("422 No", R"({"errors":[{"code":"A"}]})"),
            R"({"data":null,"errors":[{"code":"A"}]})");
}

TEST_F(ActorCallTest, OneErrorIsAListOfOne) {
  EXPECT_EQ(ask("404 No", R"({"error":{"code":"B"}})"), R"({"data":null,"errors":[{"code":"B"}]})");
}

TEST_F(ActorCallTest, StatusesWithoutAWordAreErrors) {
  EXPECT_EQ(ask("500 No", "oh"), R"({"error":"the actor answered with status 500"})");
}

TEST_F(ActorCallTest, WhatIsWrongIsNamed) {
  options.actors_endpoint = "http://127.0.0.1:1";
  EXPECT_THAT(actor(R"({"type":"a/b","id":"1","messages":[]})"), HasSubstr("(type)"));
  EXPECT_THAT(actor(R"({"type":"a","id":"","messages":[]})"), HasSubstr("(id)"));
  EXPECT_THAT(actor(R"({"type":"a","id":"1","messages":{}})"), HasSubstr("(messages)"));
}

TEST(CallerOptionsTest, AnEndpointThatIsNoneIsRefused) {
  const SystemClock clock;
  const auto opened = Caller::open({{}, "actors.example.org"}, clock);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().field, "actors.endpoint");
}

}  // namespace
}  // namespace daybook::components
