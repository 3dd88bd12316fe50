// Answers that are packed for who takes them so.
#include <gtest/gtest.h>

#include "base/limits/http_work.h"
#include "tests/api/server_fixture.h"
#include "tests/support/gunzip.h"

namespace daybook::test {
namespace {

constexpr const char* kGzip = "Accept-Encoding: br;q=1.0, gzip;q=0.8\r\n";

class E2eGzip : public ServerFixture {
 protected:
  void SetUp() override {
    start();
    put_definition("d");
  }
  // The list of jobs with so many bytes of parameters in one of them.
  void create(std::size_t bytes) {
    create_job("d", R"(,"parameters":{"x":")" + std::string(bytes, 'x') + "\"}");
  }
  HttpReply list(const char* fields = "") { return call("GET", "/resources/jobs", {}, fields); }
};

TEST_F(E2eGzip, LargeAnswersArePackedAndSmallOnesNot) {
  create(10);
  EXPECT_EQ(list(kGzip).field("Content-Encoding"), "");
  for (const std::size_t bytes : {kHttpGzipBytesMin, 4 * kHttpInlineGzipBytesMax}) {
    create(bytes);
    const auto plain = list();
    const auto packed = list(kGzip);
    EXPECT_EQ(packed.field("Content-Encoding"), "gzip") << bytes;
    EXPECT_EQ(packed.field("Vary"), "Accept-Encoding");
    EXPECT_EQ(packed.field("Content-Type"), "application/json");
    EXPECT_LT(packed.body.size(), plain.body.size() / 4);
    EXPECT_EQ(gunzip(packed.body), plain.body);
    EXPECT_EQ(plain.field("Content-Encoding"), "");
    EXPECT_EQ(plain.field("Vary"), "Accept-Encoding");
  }
  EXPECT_EQ(metric("daybook_http_gzips_total"), "2");
}

TEST_F(E2eGzip, WhoDoesNotTakeItGetsTheText) {
  create(4 * kHttpInlineGzipBytesMax);
  const std::string text = list().body;
  for (const char* fields : {"Accept-Encoding: gzip;q=0\r\n", "Accept-Encoding: br\r\n",
                             "Accept-Encoding: identity\r\n", "Accept-Encoding: ;;,,\r\n"}) {
    const auto reply = list(fields);
    EXPECT_EQ(reply.field("Content-Encoding"), "") << fields;
    EXPECT_EQ(reply.body, text) << fields;
  }
}

TEST_F(E2eGzip, AHeadSaysWhatTheGetWould) {
  create(4 * kHttpInlineGzipBytesMax);
  HttpClient client(port());
  ASSERT_TRUE(client.send("HEAD /resources/jobs HTTP/1.1\r\nHost: localhost\r\n" +
                          std::string(kGzip) + "\r\n"));
  const auto head = client.receive(std::chrono::seconds(20), true);
  ASSERT_TRUE(head);
  const auto get = list(kGzip);
  EXPECT_EQ(head->field("Content-Encoding"), "gzip");
  EXPECT_EQ(head->field("Content-Length"), get.field("Content-Length"));
}

TEST_F(E2eGzip, StreamsAreNotPacked) {
  create(4 * kHttpInlineGzipBytesMax);
  HttpClient client(port());
  ASSERT_TRUE(client.send(
      "GET /resources/events?format=sse HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 1\r\n" +
      std::string(kGzip) + "\r\n"));
  const std::string begin = client.receive_until("JobCreated");
  EXPECT_NE(begin.find("text/event-stream"), std::string::npos);
  EXPECT_EQ(begin.find("Content-Encoding"), std::string::npos);
}

TEST_F(E2eGzip, PipelinedAnswersKeepTheirOrderThoughSomeArePacked) {
  create(4 * kHttpInlineGzipBytesMax);
  const std::string large =
      "GET /resources/jobs HTTP/1.1\r\nHost: localhost\r\n" + std::string(kGzip) + "\r\n";
  const std::string small = "GET /resources/log/head HTTP/1.1\r\nHost: localhost\r\n\r\n";
  HttpClient client(port());
  ASSERT_TRUE(client.send(large + small + large + small));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(client.receive()->field("Content-Encoding"), "gzip");
    EXPECT_FALSE(member(client.receive()->body, "hash").empty());
  }
}

}  // namespace
}  // namespace daybook::test
