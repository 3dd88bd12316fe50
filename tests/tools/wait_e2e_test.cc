// Who waits for a job while its server is stopped and started again.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cstdio>
#include <fstream>
#include <optional>
#include <sstream>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/files.h"
#include "tests/tools/server_commands.h"
#include "tests/tools/temp_directory.h"
#include "tools/daybook/exit_code.h"
#include "tools/daybook/json_text.h"

namespace daybook::cli {
namespace {

constexpr int kPatienceMs = 60'000;

std::string address_behind_scheme(const ServerProcess& server) {
  return server.address().substr(std::string("http://").size());
}

// In the place of a server that is down: true when somebody asked there, which gets no answer.
bool somebody_asks(const std::string& address) {
  const log::Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  sockaddr_in at = {};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port =
      htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&at), sizeof(at)) != 0 ||
      ::listen(socket.get(), 8) != 0) {
    return false;
  }
  pollfd ready = {.fd = socket.get(), .events = POLLIN, .revents = 0};
  if (::poll(&ready, 1, kPatienceMs) != 1) {
    return false;
  }
  const log::Descriptor client(::accept4(socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
  return client.get() >= 0;
}

// The program, as a shell starts it; what it says comes as it says it.
class Started {
 public:
  explicit Started(const std::string& words)
      : program_(::popen((std::string(DAYBOOK_PROGRAM) + " " + words).c_str(), "re")) {}
  ~Started() { (void)end(); }
  Started(const Started&) = delete;
  Started& operator=(const Started&) = delete;

  std::string line() {
    std::string out;
    for (int c = std::fgetc(program_); c != EOF && c != '\n'; c = std::fgetc(program_)) {
      out += static_cast<char>(c);
    }
    return out;
  }
  // Waits for it: the exit code.
  int end() {
    if (program_ != nullptr) {
      const int status = ::pclose(program_);
      code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
      program_ = nullptr;
    }
    return code_;
  }

 private:
  std::FILE* program_;
  int code_ = -1;
};

class WaitE2e : public testing::Test {
 protected:
  void SetUp() override {
    server_.emplace(data_);
    listen_ = address_behind_scheme(*server_);
    (void)answer(*server_, {"component", "put", "leased", "--runtime", "worker"});
    (void)answer(*server_, {"definition", "put", "leased", "--component", "leased"});
  }
  std::string at() const { return " --timeout 5m --server http://" + listen_; }
  // The waiting one asks while nobody is there.
  void restart() {
    EXPECT_EQ(server_->end(SIGTERM), 0);
    EXPECT_TRUE(somebody_asks(listen_));
    server_.emplace(data_, std::vector<std::string>{"--listen", listen_});
    ASSERT_EQ(address_behind_scheme(*server_), listen_);
  }

  const TempDirectory directory_;
  const std::string data_ = (directory_.path() / "data").string();
  std::optional<ServerProcess> server_;
  std::string listen_;
};

TEST_F(WaitE2e, ARunWaitsOnForTheEndOfItsJobAndSaysItsIdFirst) {
  const std::string file = (directory_.path() / "job.json").string();
  // Standard error comes here, standard output is in the file.
  Started run("job run leased --wait -o json" + at() + " 2>&1 >" + file);
  const std::string id = run.line();
  ASSERT_EQ(cell(answer(*server_, {"job", "get", id}), "status"), "pending");
  ASSERT_NO_FATAL_FAILURE(restart());
  (void)answer(*server_, {"job", "cancel", id});
  EXPECT_THAT(run.line(), testing::HasSubstr(kReasonJobNotCompleted));
  EXPECT_EQ(run.end(), static_cast<int>(Exit::kJobNotCompleted));
  std::stringstream printed;
  printed << std::ifstream(file).rdbuf();
  const auto job = parse_json(printed.str(), "");
  ASSERT_TRUE(job) << printed.str();
  EXPECT_EQ(cell(*job, "jobId"), id);
  EXPECT_EQ(cell(*job, "status"), "cancelled");
}

TEST_F(WaitE2e, AWaitGoesOnToTheEndOfTheJob) {
  const std::string id = cell(answer(*server_, {"job", "run", "leased"}), "jobId");
  Started wait("job wait " + id + " -o json" + at() + " 2>&1");
  ASSERT_NO_FATAL_FAILURE(restart());
  (void)answer(*server_, {"job", "cancel", id});
  std::string said;
  for (std::string line = wait.line(); !line.empty(); line = wait.line()) {
    said += line;
  }
  EXPECT_EQ(wait.end(), static_cast<int>(Exit::kJobNotCompleted)) << said;
  EXPECT_THAT(said, testing::HasSubstr(R"("status": "cancelled")"));
}

}  // namespace
}  // namespace daybook::cli
