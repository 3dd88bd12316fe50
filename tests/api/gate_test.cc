#include "api/gate.h"

#include <gtest/gtest.h>

#include "base/limits/http.h"

namespace daybook::api {
namespace {

struct Shape {
  const char* name;
  std::string header;  // without the empty line
  int status;          // 0: let in
};

const std::string kHost = "Host: localhost\r\n";
const std::string kGet = "GET / HTTP/1.1\r\n";
const std::string kPost = "POST /x HTTP/1.1\r\nHost: localhost\r\n";

std::string many_fields(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    out += "X-" + std::to_string(i) + ": 1\r\n";
  }
  return out;
}

const Shape kShapes[] = {
    // What proper clients send.
    {"plain get", kGet + kHost, 0},
    {"host with port", kGet + "Host: localhost:8080\r\n", 0},
    {"host v6", kGet + "Host: [::1]:80\r\n", 0},
    {"lower case field names", kGet + "host: localhost\r\nconnection: close\r\n", 0},
    {"post with length", kPost + "Content-Length: 5\r\n", 0},
    {"post without body", kPost, 0},
    {"delete with length zero", "DELETE /x HTTP/1.1\r\n" + kHost + "Content-Length: 0\r\n", 0},
    {"post chunked", kPost + "Transfer-Encoding: chunked\r\n", 0},
    {"chunked in capitals", kPost + "Transfer-Encoding: Chunked\r\n", 0},
    {"expect continue", kPost + "Content-Length: 5\r\nExpect: 100-continue\r\n", 0},
    {"http 1.0", "GET / HTTP/1.0\r\n" + kHost, 0},
    {"query", "GET /a?b=c&d=%20 HTTP/1.1\r\n" + kHost, 0},
    {"escaped path", "GET /a%20b HTTP/1.1\r\n" + kHost, 0},
    {"empty value", kGet + kHost + "X:\r\n", 0},
    {"value with tab", kGet + kHost + "X: a\tb\r\n", 0},
    {"64 fields", kGet + kHost + many_fields(kHttpHeadersMax - 1), 0},
    // Framing.
    {"length and chunked", kPost + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400},
    {"chunked and length", kPost + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", 400},
    {"te chunked, identity", kPost + "Transfer-Encoding: chunked, identity\r\n", 400},
    {"te identity", kPost + "Transfer-Encoding: identity\r\n", 400},
    {"te xchunked", kPost + "Transfer-Encoding: xchunked\r\n", 400},
    {"te gzip, chunked", kPost + "Transfer-Encoding: gzip, chunked\r\n", 400},
    {"te empty", kPost + "Transfer-Encoding:\r\n", 400},
    {"te quoted", kPost + "Transfer-Encoding: \"chunked\"\r\n", 400},
    {"te twice", kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", 400},
    {"te with parameter", kPost + "Transfer-Encoding: chunked;x=1\r\n", 400},
    {"http 1.0 chunked", "POST /x HTTP/1.0\r\n" + kHost + "Transfer-Encoding: chunked\r\n", 400},
    {"length twice, same", kPost + "Content-Length: 5\r\nContent-Length: 5\r\n", 400},
    {"length twice, other", kPost + "Content-Length: 5\r\nContent-Length: 6\r\n", 400},
    {"length list", kPost + "Content-Length: 5, 5\r\n", 400},
    {"length plus", kPost + "Content-Length: +5\r\n", 400},
    {"length minus", kPost + "Content-Length: -1\r\n", 400},
    {"length hex", kPost + "Content-Length: 0x5\r\n", 400},
    {"length leading zero", kPost + "Content-Length: 05\r\n", 400},
    {"length empty", kPost + "Content-Length:\r\n", 400},
    {"length with space", kPost + "Content-Length: 5 5\r\n", 400},
    {"length beyond 64 bits", kPost + "Content-Length: 18446744073709551617\r\n", 400},
    {"length over the limit", kPost + "Content-Length: 8388609\r\n", 413},
    {"get with body", kGet + kHost + "Content-Length: 5\r\n", 400},
    {"get chunked", kGet + kHost + "Transfer-Encoding: chunked\r\n", 400},
    {"delete with body", "DELETE /x HTTP/1.1\r\n" + kHost + "Content-Length: 1\r\n", 400},
    {"other expectation", kPost + "Expect: tea\r\n", 417},
    // Host.
    {"no host", kGet, 400},
    {"two hosts", kGet + kHost + kHost, 400},
    {"empty host", kGet + "Host:\r\n", 400},
    {"host with user", kGet + "Host: a@b\r\n", 400},
    {"host with path", kGet + "Host: a/b\r\n", 400},
    {"host list", kGet + "Host: a, b\r\n", 400},
    {"host bad port", kGet + "Host: a:b\r\n", 400},
    {"host open bracket", kGet + "Host: [::1\r\n", 400},
    {"http 1.0 without host", "GET / HTTP/1.0\r\n", 400},
    // Targets.
    {"absolute form", "GET http://localhost/ HTTP/1.1\r\n" + kHost, 400},
    {"authority form", "GET localhost:80 HTTP/1.1\r\n" + kHost, 400},
    {"asterisk form", "OPTIONS * HTTP/1.1\r\n" + kHost, 400},
    {"two slashes", "GET //evil/ HTTP/1.1\r\n" + kHost, 400},
    {"fragment", "GET /a#b HTTP/1.1\r\n" + kHost, 400},
    {"backslash", "GET /a\\b HTTP/1.1\r\n" + kHost, 400},
    {"escaped backslash", "GET /a%5cb HTTP/1.1\r\n" + kHost, 400},
    {"broken escape", "GET /a%2 HTTP/1.1\r\n" + kHost, 400},
    {"escape not hex", "GET /a%zz HTTP/1.1\r\n" + kHost, 400},
    {"escaped nul", "GET /a%00 HTTP/1.1\r\n" + kHost, 400},
    {"escaped line end", "GET /a%0d%0aX HTTP/1.1\r\n" + kHost, 400},
    {"escaped bad utf-8", "GET /a%ff HTTP/1.1\r\n" + kHost, 400},
    {"dot segment", "GET /a/../b HTTP/1.1\r\n" + kHost, 400},
    {"escaped dot segment", "GET /a/%2e%2e/b HTTP/1.1\r\n" + kHost, 400},
    {"escaped slash makes a dot segment", "GET /a/..%2fb HTTP/1.1\r\n" + kHost, 400},
    {"target not ascii", "GET /\xc3\xa4 HTTP/1.1\r\n" + kHost, 400},
    {"target too long", "GET /" + std::string(kHttpTargetBytesMax, 'a') + " HTTP/1.1\r\n" + kHost,
     414},
    // Request line.
    {"unknown method", "BREW / HTTP/1.1\r\n" + kHost, 501},
    {"connect", "CONNECT / HTTP/1.1\r\n" + kHost, 501},
    {"trace", "TRACE / HTTP/1.1\r\n" + kHost, 501},
    {"lower case method", "get / HTTP/1.1\r\n" + kHost, 501},
    {"method not a token", "G(T / HTTP/1.1\r\n" + kHost, 400},
    {"two spaces", "GET  / HTTP/1.1\r\n" + kHost, 400},
    {"space in target", "GET /a b HTTP/1.1\r\n" + kHost, 400},
    {"tab as space", "GET\t/\tHTTP/1.1\r\n" + kHost, 400},
    {"no version", "GET /\r\n" + kHost, 400},
    {"http 2.0", "GET / HTTP/2.0\r\n" + kHost, 505},
    {"http 1.2", "GET / HTTP/1.2\r\n" + kHost, 505},
    {"http 0.9 with version", "GET / HTTP/0.9\r\n" + kHost, 505},
    {"lower case version", "GET / http/1.1\r\n" + kHost, 505},
    {"empty line first", "\r\n" + kGet + kHost, 400},
    // Fields.
    {"folded line", kGet + kHost + "X: a\r\n b\r\n", 400},
    {"folded with tab", kGet + kHost + "X: a\r\n\tb\r\n", 400},
    {"space before colon", kGet + kHost + "X : a\r\n", 400},
    {"no colon", kGet + kHost + "X\r\n", 400},
    {"empty name", kGet + kHost + ": a\r\n", 400},
    {"name with space", kGet + kHost + "X Y: a\r\n", 400},
    {"bare cr in value", kGet + kHost + "X: a\rb\r\n", 400},
    {"bare lf in value", kGet + kHost + "X: a\nb\r\n", 400},
    {"bare lf as line end", "GET / HTTP/1.1\nHost: localhost\r\n", 400},
    {"nul in value", kGet + kHost + "X: a" + std::string(1, '\0') + "b\r\n", 400},
    {"control character",
     kGet + kHost +
         "X: a\x01"
         "b\r\n",
     400},
    {"del", kGet + kHost + "X: a\x7f\r\n", 400},
    {"value not ascii", kGet + kHost + "X: \xc3\xa4\r\n", 400},
    {"65 fields", kGet + kHost + many_fields(kHttpHeadersMax), 431},
    {"two content types", kPost + "Content-Type: a/b\r\nContent-Type: c/d\r\n", 400},
    {"two keys", kPost + "Idempotency-Key: a\r\nidempotency-key: b\r\n", 400},
    {"two origins", kPost + "Origin: null\r\nOrigin: null\r\n", 400},
};

TEST(Gate, LetsInOrRefusesEveryShapeOfTheTable) {
  for (const Shape& shape : kShapes) {
    const std::string raw = shape.header + "\r\n";
    const auto head = check_head(raw);
    EXPECT_EQ(head ? 0 : head.error().status, shape.status) << shape.name;
  }
}

TEST(Gate, RefusesAHeaderOverTheLimit) {
  const std::string raw = kGet + kHost + "X: " + std::string(kHttpHeaderBytesMax, 'a') + "\r\n\r\n";
  const auto head = check_head(raw);
  ASSERT_FALSE(head);
  EXPECT_EQ(head.error().status, 431);
}

TEST(Gate, RefusesBytesAfterTheEmptyLine) {
  EXPECT_FALSE(check_head(kGet + kHost + "\r\nX: 1\r\n\r\n"));
}

TEST(Gate, TellsTheParts) {
  const std::string raw =
      "POST /a%20b/c?x=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 12\r\nConnection: "
      "Keep-Alive, Close\r\n\r\n";
  const auto head = check_head(raw);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->method, Method::kPost);
  EXPECT_EQ(head->path, "/a b/c");
  EXPECT_EQ(head->query, "x=1");
  EXPECT_EQ(head->framing, Framing::kLength);
  EXPECT_EQ(head->length, 12U);
  EXPECT_FALSE(head->keep_alive);
  EXPECT_EQ(head->find("content-LENGTH"), "12");
}

TEST(Gate, AnEncodedSlashPartsNothing) {
  const auto head = check_head("GET /health%2flive/a%2Fb%20c HTTP/1.1\r\n" + kHost + "\r\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(head->path, "/health/live/a/b c");
  EXPECT_EQ(head->route_path,
            "/health\x01live/a\x01"
            "b c");
}

TEST(Gate, ChunkedHasNoLength) {
  const std::string raw = kPost + "Transfer-Encoding: chunked\r\n\r\n";
  const auto head = check_head(raw);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->framing, Framing::kChunked);
}

TEST(Gate, Http10EndsTheConnectionUnlessAskedToKeepIt) {
  const std::string plain = "GET / HTTP/1.0\r\n" + kHost + "\r\n";
  const std::string kept = "GET / HTTP/1.0\r\n" + kHost + "Connection: keep-alive\r\n\r\n";
  EXPECT_FALSE(check_head(plain)->keep_alive);
  EXPECT_TRUE(check_head(kept)->keep_alive);
}

TEST(Gate, KnowsTheNamesOfThisMachine) {
  for (const char* host :
       {"localhost", "LocalHost:80", "127.0.0.1", "127.1.2.3:9", "[::1]", "[::1]:80"}) {
    EXPECT_TRUE(is_loopback_host(host)) << host;
  }
  for (const char* host :
       {"", "example.org", "localhost.example.org", "127.0.0.1.example.org", "127.example.org",
        "10.0.0.1", "0.0.0.0", "[::]", "[::1", "::1", "127.0.0"}) {
    EXPECT_FALSE(is_loopback_host(host)) << host;
  }
}

}  // namespace
}  // namespace daybook::api
