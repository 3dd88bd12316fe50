// The real program and a real HTTP server: runs of the language that call, and the same runs again
// from the log alone.
#include <signal.h>

#include <fstream>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/components/http_server.h"
#include "tests/tools/command_line.h"
#include "tests/tools/server_process.h"
#include "tests/tools/temp_directory.h"
#include "tools/daybook/exact_json.h"

namespace daybook::cli {
namespace {

using components::SeenRequest;
using testing::HasSubstr;

class CallsE2e : public testing::Test {
 protected:
  void apply(const ServerProcess& server, const std::string& code) {
    std::ofstream(directory_.path() / "call.hreactor") << code;
    std::ofstream(directory_.path() / "h_manifest.yaml")
        << "uri: /resources/components/call.hreactor\nspec:\n  codeFile: call.hreactor\n---\n"
           "uri: /resources/job-definitions/call\nspec:\n  componentId: call.hreactor\n";
    const Ran applied = run_line(
        {"--server", server.address(), "apply", (directory_.path() / "h_manifest.yaml").string()});
    EXPECT_EQ(applied.code, 0) << applied.out << applied.err;
  }
  std::string run(const ServerProcess& server) {
    const Ran ran = run_line({"--server", server.address(), "job", "run", "call", "--wait",
                              "--timeout", "30s", "-o", "json"});
    const auto job = parse_json(ran.out, "");
    EXPECT_TRUE(job) << ran.out << ran.err;
    return job ? boost::json::serialize(job->at("result")) : "";
  }
  std::string run_again() { return run_line({"replay", "job", "--all", "--data-dir", data_}).out; }

  const TempDirectory directory_;
  const std::string data_ = (directory_.path() / "data").string();
};

TEST_F(CallsE2e, ARunCallsOverHttpAndIsRepeatableWithoutIt) {
  std::atomic<int> calls{0};
  const auto web = std::make_unique<components::HttpServer>([&](const SeenRequest& seen) {
    ++calls;
    return components::answer("200 OK", R"({"twice":)" + seen.body + "}",
                              "Content-Type: application/json\r\n");
  });
  ServerProcess server(data_, {"--http-allow-private"});
  apply(server, "let r = web.http('" + web->url() + "', { body = 21 })\n" +
                    "from r match\n"
                    "  HttpResponseOk |> r.content\n"
                    "  |> r.statusCode\n");
  EXPECT_EQ(run(server), R"({"twice":21})");
  EXPECT_EQ(server.end(SIGTERM), 0);
  EXPECT_THAT(run_again(), HasSubstr("1 identical, 0 different, 0 not repeatable"));
  EXPECT_EQ(calls, 1);
}

TEST_F(CallsE2e, AnActorIsAskedWhereAnEndpointIsConfigured) {
  const components::HttpServer actors([](const SeenRequest&) {
    return components::answer("200 OK", R"({"data":{"id":"o-1"},"errors":[]})");
  });
  const std::string code =
      "let r = messageActor('order', 'new', [{ type = 'create', body = {} }])\n"
      "from r.errors count match\n"
      "  0 |> r.data\n"
      "  |> r.errors\n";
  ServerProcess server(data_, {"--actors-endpoint", actors.url()});
  apply(server, code);
  EXPECT_EQ(run(server), R"({"id":"o-1"})");
  EXPECT_EQ(actors.seen().at(0).body, R"([{"type":"create","body":{}}])");
  EXPECT_EQ(server.end(SIGTERM), 0);
  ServerProcess without(data_);
  EXPECT_THAT(run(without), HasSubstr("no actors endpoint"));
  EXPECT_EQ(without.end(SIGTERM), 0);
  EXPECT_THAT(run_again(), HasSubstr("2 identical, 0 different, 0 not repeatable"));
}

}  // namespace
}  // namespace daybook::cli
