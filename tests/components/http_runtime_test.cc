#include "components/http_runtime.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits/components.h"
#include "base/limits/resources.h"
#include "components/signature.h"
#include "tests/components/http_server.h"
#include "tests/components/support.h"

namespace daybook::components {
namespace {

using testing::HasSubstr;

class HttpRuntimeTest : public testing::Test {
 protected:
  static HttpOptions local() {
    HttpOptions out;
    out.allow_private = true;
    out.signing_secret = "a secret";
    return out;
  }
  std::unique_ptr<HttpRuntime> open(HttpOptions options = local()) {
    auto runtime = HttpRuntime::open(std::move(options), clock_);
    EXPECT_TRUE(runtime) << runtime.error().text();
    return std::move(*runtime);
  }
  static Order to(const std::string& url, const std::string& more = "") {
    return order("{\"url\":\"" + url + "\"" + more + "}");
  }

  SystemClock clock_;
};

TEST_F(HttpRuntimeTest, RequestCarriesTheOrderAndItsSignature) {
  HttpServer server([](const SeenRequest&) { return answer("200 OK", R"({"done":true})"); });
  auto runtime = open();
  auto given = to(server.url(), R"(,"headers":{"X-Own":"yes"})");
  given.parameters = R"({"a":1})";
  const auto job = given.job.text();
  const auto token = given.token;
  EXPECT_EQ(summary(run(*runtime, std::move(given))), R"(completed {"done":true})");
  const auto seen = server.seen();
  ASSERT_EQ(seen.size(), 1U);
  const auto& request = seen[0];
  EXPECT_THAT(request.head, testing::StartsWith("POST /run HTTP/1.1\r\n"));
  EXPECT_EQ(request.body, "{\"jobId\":\"" + job +
                              R"(","jobDefinitionId":"nightly","attempt":2,"token":")" + token +
                              R"(","runAt":"1970-01-01T00:00:00Z",)" +
                              R"("dueAt":"1970-01-01T00:00:00Z","parameters":{"a":1}})");
  EXPECT_EQ(request.header("Host"), "127.0.0.1:" + std::to_string(server.port()));
  EXPECT_EQ(request.header("Content-Type"), "application/json");
  EXPECT_EQ(request.header("Daybook-Job-Id"), job);
  EXPECT_EQ(request.header("Daybook-Attempt"), "2");
  EXPECT_EQ(request.header("Daybook-Token"), token);
  EXPECT_EQ(request.header("Idempotency-Key"), job);
  EXPECT_EQ(request.header("X-Own"), "yes");
  EXPECT_EQ(request.header("Expect"), "");
  EXPECT_EQ(request.header("Daybook-Signature"),
            signature("a secret", request.header("Daybook-Timestamp"), request.body));
}

struct StatusCase {
  std::string status;
  std::string body;
  std::string outcome;
  bool retryable = false;
};

class HttpStatus : public HttpRuntimeTest, public testing::WithParamInterface<StatusCase> {};

TEST_P(HttpStatus, HasItsMeaning) {
  HttpServer server([](const SeenRequest&) {
    return answer(GetParam().status, GetParam().body, "Location: http://127.0.0.1:1/\r\n");
  });
  auto runtime = open();
  const auto outcome = run(*runtime, to(server.url()));
  EXPECT_EQ(summary(outcome), GetParam().outcome);
  if (outcome.failure) {
    EXPECT_EQ(outcome.failure->retryable, GetParam().retryable);
  }
  EXPECT_EQ(server.seen().size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Answers, HttpStatus,
                         testing::Values(StatusCase{"200 OK", "[1]", "completed [1]"},
                                         StatusCase{"204 No Content", "", "completed null"},
                                         StatusCase{"202 Accepted", "", "completed null"},
                                         StatusCase{"200 OK", "<html>", "BAD_OUTPUT", false},
                                         StatusCase{"200 OK",
                                                    R"({"effects":[{"effect":"custom"}]})",
                                                    "EFFECT_NOT_SUPPORTED", false},
                                         StatusCase{"301 Moved", "", "HTTP_STATUS", false},
                                         StatusCase{"307 Temporary", "", "HTTP_STATUS", false},
                                         StatusCase{"400 Bad", "", "HTTP_STATUS", false},
                                         StatusCase{"404 Gone", "", "HTTP_STATUS", false},
                                         StatusCase{"409 Conflict", "", "HTTP_STATUS", false},
                                         StatusCase{"408 Timeout", "", "HTTP_STATUS", true},
                                         StatusCase{"425 Early", "", "HTTP_STATUS", true},
                                         StatusCase{"429 Many", "", "HTTP_STATUS", true},
                                         StatusCase{"500 Oops", "", "HTTP_STATUS", true},
                                         StatusCase{"503 Busy", "", "HTTP_STATUS", true}));

TEST_F(HttpRuntimeTest, FailureShowsStatusAndBody) {
  HttpServer server([](const SeenRequest&) { return answer("500 Oops", "broken \xff\n"); });
  auto runtime = open();
  const auto outcome = run(*runtime, to(server.url()));
  ASSERT_TRUE(outcome.failure);
  EXPECT_EQ(outcome.failure->details, "{\"status\":500,\"body\":\"broken \xEF\xBF\xBD\\n\"}");
}

TEST_F(HttpRuntimeTest, EffectsAreTakenFromTheAnswer) {
  HttpServer server([](const SeenRequest&) {
    return answer("200 OK",
                  R"({"result":1,"effects":[{"effect":"scheduleJob","definition":"next"}]})");
  });
  auto runtime = open();
  const auto outcome = run(*runtime, to(server.url()));
  EXPECT_EQ(summary(outcome), "completed 1");
  EXPECT_EQ(outcome.effects.size(), 1U);
}

TEST_F(HttpRuntimeTest, HugeAnswerIsCutOff) {
  HttpServer server([](const SeenRequest&) {
    return answer("200 OK", "\"" + std::string(kResultBytesMax, 'x') + "\"");
  });
  auto runtime = open();
  EXPECT_EQ(summary(run(*runtime, to(server.url()))), "OUTPUT_TOO_LARGE");
}

TEST_F(HttpRuntimeTest, HugeHeadersAreCutOff) {
  HttpServer server([](const SeenRequest&) {
    std::string headers;
    for (int i = 0; i < 2000; ++i) {
      headers += "X-Fill-" + std::to_string(i) + ": " + std::string(64, 'x') + "\r\n";
    }
    return answer("200 OK", "1", headers);
  });
  auto runtime = open();
  EXPECT_EQ(summary(run(*runtime, to(server.url()))), "OUTPUT_TOO_LARGE");
}

TEST_F(HttpRuntimeTest, SilenceEndsInATimeout) {
  HttpServer server([](const SeenRequest&) { return "HTTP/1.1 200 OK\r\n"; });
  auto runtime = open();
  EXPECT_EQ(summary(run(*runtime, to(server.url(), R"(,"timeout":"50ms")"))), "HTTP_TIMEOUT");
  auto given = to(server.url(), R"(,"timeout":"1h")");
  given.deadline = clock_.steady() + millis(50);
  EXPECT_EQ(summary(run(*runtime, std::move(given))), "HTTP_TIMEOUT");
}

TEST_F(HttpRuntimeTest, NetworkFaultsAreWorthAnotherTry) {
  int port = 0;
  {
    HttpServer server([](const SeenRequest&) { return ""; });
    port = server.port();
    auto runtime = open();
    const auto outcome = run(*runtime, to(server.url()));
    EXPECT_EQ(summary(outcome), "HTTP_PROTOCOL");
    EXPECT_TRUE(outcome.failure->retryable);
  }
  auto runtime = open();
  const auto outcome = run(*runtime, to("http://127.0.0.1:" + std::to_string(port) + "/"));
  EXPECT_EQ(summary(outcome), "HTTP_CONNECT");
  EXPECT_TRUE(outcome.failure->retryable);
}

TEST_F(HttpRuntimeTest, NotHttpIsAProtocolFault) {
  HttpServer server([](const SeenRequest&) { return "SSH-2.0-OpenSSH\r\n\r\n"; });
  auto runtime = open();
  EXPECT_EQ(summary(run(*runtime, to(server.url()))), "HTTP_PROTOCOL");
}

TEST_F(HttpRuntimeTest, ConnectionIsKeptForTheNextRequest) {
  HttpServer server([](const SeenRequest&) { return answer("200 OK", "1"); });
  auto runtime = open();
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(summary(run(*runtime, to(server.url()))), "completed 1");
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpRuntimeTest, ProxiesOfTheEnvironmentAreNotUsed) {
  HttpServer server([](const SeenRequest&) { return answer("200 OK", "1"); });
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
  auto runtime = open();
  EXPECT_EQ(summary(run(*runtime, to(server.url()))), "completed 1");
  unsetenv("http_proxy");
  unsetenv("ALL_PROXY");
}

// Every way to write an address that is not public, with the port of a server that would answer.
class PrivateSpelling : public HttpRuntimeTest, public testing::WithParamInterface<const char*> {};

TEST_P(PrivateSpelling, IsNotReached) {
  HttpServer server([](const SeenRequest&) { return answer("200 OK", "1"); });
  auto options = local();
  options.allow_private = false;
  auto runtime = open(options);
  const auto outcome = run(*runtime, to(server.url(GetParam()), R"(,"timeout":"5s")"));
  ASSERT_TRUE(outcome.failure) << summary(outcome);
  EXPECT_THAT(outcome.failure->code,
              testing::AnyOf("HTTP_ADDRESS_REFUSED", "HTTP_RESOLVE", "BAD_SPEC"));
  EXPECT_TRUE(server.seen().empty());
  EXPECT_EQ(server.connections(), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Spellings, PrivateSpelling,
    testing::Values(
        "127.0.0.1", "127.0.0.2", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1",
        "0x7f.1", "017700000001", "0177.0.0.1", "0177.0.0.01", "127.0.0.1.", "0", "0.0.0.0", "0.0",
        "00.0.0.0", "0x0", "localhost", "LOCALHOST", "localhost.", "ip6-localhost", "[::1]", "[::]",
        "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "[::ffff:0:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]",
        "[64:ff9b::7f00:1]", "[64:ff9b:1::127.0.0.1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]",
        "[fe80::1]", "[fe80::1%25lo]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[2001:db8::1]",
        "10.0.0.1", "10.1", "167772161", "0xa000001", "172.16.0.1", "192.168.0.1", "3232235521",
        "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518",
        "[::ffff:169.254.169.254]", "[::ffff:a9fe:a9fe]", "100.64.0.1", "198.18.0.1", "192.0.2.1",
        "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "%31%32%37.0.0.1",
        "127.0.0.1%2523", "1.1.1.1@127.0.0.1", "user:pw@127.0.0.1", "127.0.0.1%00.example.org"));

TEST_F(HttpRuntimeTest, AllowedNetworksMayBeReached) {
  HttpServer server([](const SeenRequest&) { return answer("200 OK", "1"); });
  auto options = local();
  options.allow_private = false;
  options.allowed_networks = {"127.0.0.0/30"};
  auto runtime = open(options);
  EXPECT_EQ(summary(run(*runtime, to(server.url()))), "completed 1");
  EXPECT_EQ(summary(run(*runtime, to(server.url("127.0.0.9")))), "HTTP_ADDRESS_REFUSED");
}

TEST_F(HttpRuntimeTest, BadNetworkIsRefusedAtStart) {
  HttpOptions options;
  options.allowed_networks = {"10.0.0.0/99"};
  const auto runtime = HttpRuntime::open(options, clock_);
  ASSERT_FALSE(runtime);
  EXPECT_EQ(runtime.error().field, "allowedNetworks");
}

TEST_F(HttpRuntimeTest, StopAbandonsTheRequest) {
  HttpServer server([](const SeenRequest&) { return "HTTP/1.1 200 OK\r\n"; });
  auto runtime = open();
  auto started = start(*runtime, to(server.url()));
  started.run->stop();
  started.run->stop();
  EXPECT_EQ(summary(started.wait()), "cancelled");
}

TEST_F(HttpRuntimeTest, ShutdownReportsEveryRun) {
  HttpServer server([](const SeenRequest&) { return "HTTP/1.1 200 OK\r\n"; });
  auto few = local();
  few.slots = 2;
  auto runtime = open(few);
  std::vector<Started> runs;
  for (std::size_t i = 0; i < few.slots + kOrdersWaitingMax + 3; ++i) {
    runs.push_back(start(*runtime, to(server.url())));
  }
  EXPECT_EQ(summary(runs.back().wait()), "RUNTIME_BUSY");
  runs.pop_back();
  runtime->shutdown();
  EXPECT_EQ(summary(runs.front().wait()), "SERVER_STOPPED");
  EXPECT_EQ(summary(runs[runs.size() / 2].wait()), "SERVER_STOPPED");
  auto handle = runs.front().run;
  runtime.reset();
  handle->stop();
}

}  // namespace
}  // namespace daybook::components
