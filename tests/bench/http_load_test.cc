#include "bench/load/http_load.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace daybook::bench {
namespace {

TEST(HttpAnswer, IsReadWhenWhole) {
  const std::string whole = "HTTP/1.1 201 Created\r\nServer: x\r\ncontent-LENGTH: 4\r\n\r\nbody";
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    const auto part = read_answer(std::string_view(whole).substr(0, cut));
    ASSERT_TRUE(part.has_value());
    EXPECT_FALSE(part->has_value()) << cut;
  }
  const std::string more = whole + "HTTP/1.1";  // the answer borrows it
  const auto answer = read_answer(more);
  ASSERT_TRUE(answer.has_value() && answer->has_value());
  EXPECT_EQ((*answer)->status, 201);
  EXPECT_EQ((*answer)->body, "body");
  EXPECT_EQ((*answer)->bytes, whole.size());
}

TEST(HttpAnswer, WithoutLengthOrStatusIsRefused) {
  EXPECT_FALSE(read_answer("HTTP/1.1 200 OK\r\nServer: x\r\n\r\n").has_value());
  EXPECT_FALSE(read_answer("SPDY/9\r\n\r\n").has_value());
}

TEST(HttpServer, AddressIsParsed) {
  const auto server = HttpServer::parse("http://127.0.0.1:7070", "t");
  ASSERT_TRUE(server.has_value());
  EXPECT_EQ(server->port, 7070);
  EXPECT_EQ(http_request(*server, "POST", "/x", "{}"),
            "POST /x HTTP/1.1\r\nHost: 127.0.0.1:7070\r\nAuthorization: Bearer t\r\n"
            "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_FALSE(HttpServer::parse("https://x:1", "").has_value());
  EXPECT_FALSE(HttpServer::parse("http://x", "").has_value());
}

// Answers every request of every connection with one status, until its clients go.
class SmallServer {
 public:
  explicit SmallServer(int status) : status_(status) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 16), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    server_.port = ntohs(address.sin_port);
  }
  ~SmallServer() {
    for (std::thread& thread : threads_) {
      thread.join();
    }
    close(listener_);
  }
  void accept_some(std::size_t connections) {
    threads_.emplace_back([this, connections] {
      std::vector<std::thread> each;
      for (std::size_t i = 0; i < connections; ++i) {
        each.emplace_back([this, fd = accept(listener_, nullptr, nullptr)] { answer(fd); });
      }
      for (std::thread& thread : each) {
        thread.join();
      }
    });
  }
  const HttpServer& server() const { return server_; }
  std::uint64_t answered() const { return answered_; }

 private:
  // Requests of the load have no body that holds "|", which ends each.
  void answer(int fd) {
    const std::string text =
        "HTTP/1.1 " + std::to_string(status_) + " X\r\nContent-Length: 2\r\n\r\nok";
    for (char c = 0; recv(fd, &c, 1, 0) == 1;) {
      if (c == '|') {
        ++answered_;
        send(fd, text.data(), text.size(), MSG_NOSIGNAL);
      }
    }
    close(fd);
  }

  const int status_;
  int listener_ = -1;
  HttpServer server_;
  std::atomic<std::uint64_t> answered_{0};
  std::vector<std::thread> threads_;
};

HttpLoadOptions load_of(const SmallServer& server) {
  HttpLoadOptions out;
  out.server = server.server();
  out.connections = 3;
  out.seconds = 0.3;
  out.warm_up_seconds = 0.05;
  out.target = "/resources/jobs";
  out.body = [](std::size_t i) { return "{" + std::to_string(i) + "}|"; };
  return out;
}

TEST(HttpLoad, CountsAnswersWithTheExpectedStatus) {
  SmallServer server(201);
  server.accept_some(3);
  const auto result = run_http_load(load_of(server));
  ASSERT_TRUE(result.has_value()) << result.error().text();
  EXPECT_GT(result->answers, 10U);
  EXPECT_LE(result->answers, server.answered());
  EXPECT_EQ(result->latency.count(), result->answers);
  EXPECT_TRUE(result->others.empty());
}

TEST(HttpLoad, OtherStatusesAreNotCountedAsDone) {
  SmallServer server(503);
  server.accept_some(3);
  const auto result = run_http_load(load_of(server));
  ASSERT_TRUE(result.has_value()) << result.error().text();
  EXPECT_EQ(result->answers, 0U);
  EXPECT_GT(result->others.at(503), 10U);
}

TEST(HttpLoad, FixedRateIsKept) {
  SmallServer server(201);
  server.accept_some(3);
  HttpLoadOptions options = load_of(server);
  options.rate = 200;
  const auto result = run_http_load(options);
  ASSERT_TRUE(result.has_value()) << result.error().text();
  EXPECT_LE(result->answers, 65U);  // 0.3 s at 200 a second, and what the warm-up left over
  EXPECT_GT(result->answers, 20U);
}

TEST(HttpLoad, NoServerIsAnError) {
  HttpLoadOptions options;
  options.server.port = 1;
  options.body = [](std::size_t) { return std::string("{}"); };
  const auto result = run_http_load(options);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().reason, "SERVER_UNREACHABLE");
}

}  // namespace
}  // namespace daybook::bench
