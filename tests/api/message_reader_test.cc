#include "api/message_reader.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "base/limits/http.h"

namespace daybook::api {
namespace {

using Step = MessageReader::Step;

// Feeds in pieces of `piece` bytes; the requests that came out, and the status of a refusal.
struct Outcome {
  std::vector<Request> requests;
  int refused = 0;
  int continues = 0;
};

Outcome feed(std::string_view bytes, std::size_t piece) {
  MessageReader reader;
  Outcome out;
  Request request;
  for (;;) {
    switch (reader.step(request)) {
      case Step::kDone:
        out.requests.push_back(std::move(request));
        request = {};
        continue;
      case Step::kRefused:
        out.refused = reader.refusal().status;
        return out;
      case Step::kContinue:
        ++out.continues;
        continue;
      case Step::kIdle:
      case Step::kHeader:
      case Step::kBody:
        break;
    }
    if (bytes.empty()) {
      return out;
    }
    const auto space = reader.space();
    const auto count = std::min({piece, bytes.size(), space.size()});
    std::copy_n(bytes.begin(), count, space.begin());
    reader.received(count);
    bytes.remove_prefix(count);
  }
}

const std::string kPostBegin = "POST /x HTTP/1.1\r\nHost: localhost\r\n";

TEST(MessageReader, GivesTheSameRequestsHoweverTheBytesAreCut) {
  const std::string bytes =
      kPostBegin + "Content-Length: 5\r\n\r\nhello" + "GET /y HTTP/1.1\r\nHost: localhost\r\n\r\n" +
      kPostBegin + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n" +
      kPostBegin + "\r\n";
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 16U, 64U, 4096U}) {
    const auto out = feed(bytes, piece);
    ASSERT_EQ(out.requests.size(), 4U) << piece;
    EXPECT_EQ(out.requests[0].body, "hello");
    EXPECT_EQ(out.requests[1].head.path, "/y");
    EXPECT_EQ(out.requests[1].body, "");
    EXPECT_EQ(out.requests[2].body, "abc0123456789");
    EXPECT_EQ(out.requests[3].body, "");
    EXPECT_EQ(out.refused, 0);
  }
}

TEST(MessageReader, RefusesBadFramingOfBodies) {
  const std::string chunked = kPostBegin + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string bodies[] = {
      chunked + "x\r\n",                                      // not a size
      chunked + "3;ext=1\r\nabc\r\n0\r\n\r\n",                // an extension
      chunked + "3;" + std::string(100'000, 'e') + "\r\n",    // a huge one
      chunked + "3\r\nabcd\r\n0\r\n\r\n",                     // longer than it says
      chunked + "-3\r\nabc\r\n",                              // signed
      chunked + "ffffffffffffffffff\r\n",                     // beyond 64 bits
      chunked + "3\nabc\n0\n\n",                              // bare line ends
      chunked + "0\r\nX: 1\r\n\r\n",                          // a trailer
      chunked + "3\r\nabc\r\n0\r\nAuthorization: x\r\n\r\n",  // one that would pass for a header
      chunked + std::string(40'000, '0'),                     // a size without an end
  };
  for (const std::string& bytes : bodies) {
    for (const std::size_t piece : {1U, 64U, 65'536U}) {
      const auto out = feed(bytes, piece);
      EXPECT_GE(out.refused, 400) << bytes.substr(0, 120) << " in " << piece;
      EXPECT_TRUE(out.requests.empty()) << bytes.substr(0, 120);
    }
  }
}

TEST(MessageReader, RefusesAChunkedBodyOverTheLimit) {
  std::string bytes = kPostBegin + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string chunk = "100000\r\n" + std::string(0x100000, 'a') + "\r\n";
  for (std::size_t i = 0; i < kHttpBodyBytesMax / 0x100000 + 1; ++i) {
    bytes += chunk;
  }
  const auto out = feed(bytes + "0\r\n\r\n", 65'536);
  EXPECT_EQ(out.refused, 413);
}

TEST(MessageReader, TakesTheLargestBody) {
  const std::string body(kHttpBodyBytesMax, 'a');
  const auto out = feed(
      kPostBegin + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body, 65'536);
  ASSERT_EQ(out.requests.size(), 1U);
  EXPECT_EQ(out.requests.front().body.size(), body.size());
}

TEST(MessageReader, ABodyTakesTheMemoryOfItsBytes) {
  for (const std::size_t size : {std::size_t{100'000}, std::size_t{1'000'000}, kHttpBodyBytesMax}) {
    MessageReader reader;
    Request request;
    const std::string bytes = kPostBegin + "Content-Length: " + std::to_string(size) + "\r\n\r\n" +
                              std::string(size, ' ');
    std::size_t given = 0;
    Step step = Step::kIdle;
    while (step != Step::kDone) {
      const auto space = reader.space();
      const std::size_t n = std::min({space.size(), bytes.size() - given, std::size_t{16'384}});
      std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(given), n, space.begin());
      given += n;
      reader.received(n);
      step = reader.step(request);
      ASSERT_NE(step, Step::kRefused);
      // Of what it promises it gets nothing before it comes.
      ASSERT_LE(request.body.capacity(), 2 * request.body.size() + 64 * 1024);
    }
    EXPECT_EQ(request.body.size(), size);
    EXPECT_EQ(request.body.capacity(), size);
  }
}

TEST(MessageReader, ABodyIsHeldToWhatItsHeaderIsFor) {
  const auto step_of = [](const std::string& bytes) {
    MessageReader reader([](const Head& head) -> std::size_t { return head.path == "/x" ? 3 : 0; });
    Request request;
    std::copy(bytes.begin(), bytes.end(), reader.space().begin());
    reader.received(bytes.size());
    return reader.step(request);
  };
  EXPECT_EQ(step_of(kPostBegin + "Content-Length: 3\r\n\r\nabc"), Step::kDone);
  EXPECT_EQ(step_of(kPostBegin + "Content-Length: 4\r\n\r\n"), Step::kRefused);
  EXPECT_EQ(step_of(kPostBegin + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"),
            Step::kDone);
  EXPECT_EQ(step_of(kPostBegin + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\n"),
            Step::kRefused);
}

TEST(MessageReader, RefusesAHeaderWithoutAnEnd) {
  EXPECT_EQ(feed(std::string(kHttpHeaderBytesMax + 1, 'a'), 1000).refused, 431);
}

TEST(MessageReader, RefusesBareLineEndsAtOnce) {
  EXPECT_EQ(feed("GET / HTTP/1.1\nHost: x\n", 1).refused, 400);
  EXPECT_EQ(feed("GET / HTTP/1.1\r\nHost: localhost\n\n", 64).refused, 400);
}

TEST(MessageReader, AsksForTheBodyOnlyWhenTheClientWaits) {
  const std::string head = kPostBegin + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n";
  EXPECT_EQ(feed(head, head.size()).continues, 1);
  const auto all = feed(head + "ab", head.size() + 2);
  EXPECT_EQ(all.continues, 0);
  ASSERT_EQ(all.requests.size(), 1U);
}

}  // namespace
}  // namespace daybook::api
