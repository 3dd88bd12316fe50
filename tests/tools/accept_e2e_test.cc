// More clients than the server has descriptors for: what its log says of it.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <deque>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/http_client.h"
#include "tests/support/sanitizers.h"
#include "tests/tools/server_process.h"
#include "tests/tools/temp_directory.h"

namespace daybook::cli {
namespace {

using testing::HasSubstr;

// As few as a server starts with.
constexpr rlim_t kDescriptors = 256;
// Tries again every 50 ms.
constexpr std::chrono::milliseconds kManyTries{1000};

// What processes begin with while it is alive: few descriptors, and a file in place of the errors.
class Starting {
 public:
  explicit Starting(const std::string& errors) : errors_(::dup(STDERR_FILENO)) {
    EXPECT_EQ(::getrlimit(RLIMIT_NOFILE, &limit_), 0);
    rlimit few = limit_;
    few.rlim_cur = kDescriptors;
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
    const int file = ::open(errors.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    EXPECT_GE(::dup2(file, STDERR_FILENO), 0);
    ::close(file);
  }
  ~Starting() {
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &limit_), 0);
    ::dup2(errors_, STDERR_FILENO);
    ::close(errors_);
  }
  Starting(const Starting&) = delete;
  Starting& operator=(const Starting&) = delete;

 private:
  const int errors_;
  rlimit limit_ = {};
};

std::size_t count(std::string_view text, std::string_view word) {
  std::size_t out = 0;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    ++out;
  }
  return out;
}

TEST(AcceptE2e, FailuresAreToldOnceAndEndWithTheirCause) {
  if (test::kAddressSanitizer) {
    GTEST_SKIP() << "the sanitizer needs a descriptor";
  }
  const TempDirectory directory;
  const std::string errors = (directory.path() / "errors").string();
  std::optional<ServerProcess> server;
  {
    const Starting starting(errors);
    server.emplace((directory.path() / "data").string());
  }
  const std::string address = server->address();
  ASSERT_FALSE(address.empty());
  const auto port = static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1)));
  const auto said = [&] {
    std::ifstream file(errors);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  std::deque<test::HttpClient> clients;
  for (rlim_t i = 0; i < kDescriptors; ++i) {
    clients.emplace_back(port);
  }
  test::HttpClient late(port);
  ASSERT_TRUE(late.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  do {
    EXPECT_FALSE(late.receive(kManyTries));
  } while (count(said(), "accept failed") == 0);
  EXPECT_THAT(said(), HasSubstr("accept failed: Too many open files (1 times"));
  EXPECT_EQ(count(said(), "accept failed"), 1U);
  clients.clear();
  const auto reply = late.receive();
  ASSERT_TRUE(reply) << said();
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(count(said(), "accept failed"), 1U);
  EXPECT_EQ(server->end(SIGTERM), 0);
}

}  // namespace
}  // namespace daybook::cli
