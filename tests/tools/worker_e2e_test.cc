// The example of a worker on a connection of its own, run as its help says, against the real
// program.
#include <array>
#include <cstdio>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/http_client.h"
#include "tests/tools/server_process.h"
#include "tests/tools/temp_directory.h"

namespace daybook::cli {
namespace {

using testing::HasSubstr;

class WorkerE2e : public testing::Test {
 protected:
  test::HttpReply call(const char* method, const std::string& target, const std::string& body) {
    const std::string address = server_.address();
    test::HttpClient client(
        static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1))));
    const auto reply = client.call(method, target, body);
    EXPECT_TRUE(reply) << target;
    EXPECT_LT(reply ? reply->status : 0, 300) << reply->body;
    return reply.value_or(test::HttpReply{});
  }
  // What the worker says until it ends.
  std::string work(const std::string& arguments) {
    const std::string command = "timeout 60 python3 " + std::string(DAYBOOK_EXAMPLES) +
                                "/worker/worker.py " + server_.address() + " " + arguments +
                                " 2>&1";
    FILE* const out = ::popen(command.c_str(), "r");
    std::string said;
    std::array<char, 4096> part{};
    while (std::fgets(part.data(), part.size(), out) != nullptr) {
      said += part.data();
    }
    EXPECT_EQ(::pclose(out), 0) << said;
    return said;
  }

  const TempDirectory directory_;
  const ServerProcess server_{(directory_.path() / "data").string()};
};

TEST_F(WorkerE2e, TheExampleDoesTheJobsThatThereAre) {
  call("PUT", "/resources/components/w", R"({"runtime":"worker"})");
  call("PUT", "/resources/job-definitions/d", R"({"componentId":"w"})");
  std::string jobs = "[";
  for (int i = 0; i < 250; ++i) {
    jobs += std::string(i == 0 ? "" : ",") + R"({"jobDefinitionId":"d","parameters":{"n":)" +
            std::to_string(i) + "}}";
  }
  call("POST", "/resources/jobs", jobs + "]");
  const std::string said = work("d --credits 50 --jobs 250");
  EXPECT_THAT(said, HasSubstr(" completed\n"));
  EXPECT_THAT(call("GET", "/resources/jobs?status=completed&limit=1", "").body,
              HasSubstr("\"totalCount\":250"));
}

}  // namespace
}  // namespace daybook::cli
