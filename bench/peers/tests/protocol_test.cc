// Every protocol takes its answers in any pieces, and refuses what is none.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "bench/peers/client/failure.h"
#include "bench/peers/client/http_answer.h"
#include "bench/peers/client/nats_message.h"
#include "bench/peers/client/resp.h"
#include "bench/peers/client/session.h"

namespace daybook::peers {
namespace {

// Gives `answer` to the session byte by byte: kDone must come with the last one, and not before.
::testing::AssertionResult done_with_last_byte(Session& session, const std::string& answer,
                                               std::string* replies = nullptr) {
  std::string in;
  std::string out;
  for (std::size_t i = 0; i < answer.size(); ++i) {
    in += answer[i];
    std::string_view view = in;
    const Step step = session.take(view, out);
    in.erase(0, in.size() - view.size());
    if ((step == Step::kDone) != (i + 1 == answer.size())) {
      return ::testing::AssertionFailure() << "at byte " << i << " of " << answer.size();
    }
  }
  if (replies != nullptr) {
    *replies = out;
  }
  return ::testing::AssertionSuccess() << "all of it";
}

std::string http(int status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " Reason\r\nDate: today\r\ncontent-LENGTH: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

TEST(PeersJob, HasItsSizeAndItsNumber) {
  for (const std::size_t number : {std::size_t{0}, std::size_t{7}, std::size_t{6'300'000'123}}) {
    std::string job;
    append_job(job, number);
    EXPECT_EQ(job.size(), kJobBytes);
    EXPECT_EQ(job.find(R"({"n":)" + std::to_string(number) + R"(,"pad":"x)"), 0U);
    EXPECT_TRUE(job.ends_with(R"(x"})"));
  }
}

TEST(PeersHttpAnswer, IsReadWhenItIsWhole) {
  const std::string text = http(201, "{}");
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(read_http_answer(std::string_view(text).substr(0, size)));
  }
  const std::string more = text + "HTTP/1.1 200";
  const auto answer = read_http_answer(more);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 201);
  EXPECT_EQ(answer->body, "{}");
  EXPECT_EQ(answer->bytes, text.size());
}

TEST(PeersHttpAnswer, WhatIsNoneIsRefused) {
  EXPECT_THROW(read_http_answer("SSH-2.0\r\n"), Failure);
  EXPECT_THROW(read_http_answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), Failure);
  EXPECT_THROW(read_http_answer("HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n"), Failure);
  EXPECT_THROW(read_http_answer("HTTP/1.1 2x0 OK\r\nContent-Length: 1\r\n\r\n"), Failure);
}

TEST(PeersDaybook, OneJobGoesThroughItsLife) {
  const auto session = make_session("daybook", "queue", 3);
  std::string out;
  session->create(out, 1);
  EXPECT_TRUE(out.starts_with("POST /resources/jobs HTTP/1.1\r\n"));
  EXPECT_NE(out.find(R"({"jobDefinitionId":"queue","parameters":{"n":300000000,)"),
            std::string::npos);
  EXPECT_TRUE(done_with_last_byte(*session, http(201, "{}")));
  session->lease(out, 2);
  EXPECT_TRUE(done_with_last_byte(
      *session, http(200, R"({"jobs":[{"token":"1.a","x":1},{"token":"2.b"}],"seq":2})")));
  EXPECT_EQ(session->held(), 2U);
  out.clear();
  session->complete(out);
  EXPECT_TRUE(out.ends_with(R"([{"token":"1.a"},{"token":"2.b"}])"));
  EXPECT_TRUE(done_with_last_byte(
      *session, http(200, R"([{"outcome":"completed"},{"outcome":"completed"}])")));
  EXPECT_EQ(session->held(), 0U);
}

TEST(PeersDaybook, AReportBringsTheNextJobs) {
  const auto session = make_session("daybook", "queue", 0);
  std::string out;
  session->lease(out, 1);
  EXPECT_TRUE(done_with_last_byte(*session, http(200, R"({"jobs":[{"token":"1.a"}]})")));
  out.clear();
  ASSERT_TRUE(session->complete_and_lease(out, 2));
  EXPECT_NE(out.find(R"({"reports":[{"token":"1.a"}],"lease":{"definitions":["queue"],"max":2,)"),
            std::string::npos);
  EXPECT_TRUE(done_with_last_byte(
      *session, http(200, R"({"results":[{"token":"1.a","outcome":"completed"}],)"
                          R"("lease":{"jobs":[{"token":"2.b"},{"token":"3.c"}]}})")));
  EXPECT_EQ(session->held(), 2U);
  ASSERT_TRUE(session->complete_and_lease(out, 2));
  const std::string refused =
      http(200, R"({"results":[{"token":"2.b","error":{}}],"lease":{"jobs":[]}})");
  std::string_view in = refused;
  EXPECT_THROW(session->take(in, out), Failure);
}

// A server's WebSocket frame.
std::string text_frame(const std::string& text) {
  std::string out("\x81", 1);
  if (text.size() > 125) {
    out += std::string("\x7e", 1) + static_cast<char>(text.size() >> 8);
  }
  return out + static_cast<char>(text.size() & 0xff) + text;
}

TEST(PeersDaybookSocket, JobsComeAndAreReported) {
  const auto session = make_session("daybook-socket", "queue", 0);
  std::string out;
  session->lease(out, 1);
  EXPECT_TRUE(out.starts_with("GET /resources/workers/connect HTTP/1.1\r\n"));
  out.clear();
  std::string_view in = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
  EXPECT_EQ(session->take(in, out), Step::kMore);
  EXPECT_NE(out.find(R"("subscriptions":[{"definitions":["queue"],"credits":100}])"),
            std::string::npos);
  const std::string welcome = text_frame(R"([{"type":"welcome","creditsMax":10000}])");
  in = welcome;
  EXPECT_EQ(session->take(in, out), Step::kMore);
  EXPECT_TRUE(in.empty());
  EXPECT_TRUE(done_with_last_byte(
      *session,
      text_frame(
          R"([{"type":"jobs","subscription":0,"jobs":[{"token":"1.a"},{"token":"2.b"}],)"
          R"("seq":41,"hash":"0123456789012345678901234567890123456789012345678901234"}])")));
  EXPECT_EQ(session->held(), 2U);
  out.clear();
  ASSERT_TRUE(session->complete_and_lease(out, 1));
  EXPECT_TRUE(
      out.ends_with(R"([{"type":"report","id":1,"reports":[{"token":"1.a"},{"token":"2.b"}]}])"));
  const std::string reported =
      text_frame(R"([{"type":"reported","id":1,)"
                 R"("results":[{"outcome":"completed"},{"outcome":"completed"}]}])");
  in = reported;
  EXPECT_EQ(session->take(in, out), Step::kDone) << "that counts at once";
  EXPECT_EQ(session->held(), 0U) << "no jobs are there yet";
  out.clear();
  session->lease(out, 1);
  EXPECT_TRUE(out.empty()) << "its credits stand";
  EXPECT_TRUE(
      done_with_last_byte(*session, text_frame(R"([{"type":"jobs","jobs":[{"token":"3.c"}]}])")));
  EXPECT_EQ(session->held(), 1U);
}

TEST(PeersDaybookSocket, WhatTheServerRefusesFails) {
  for (const std::string& answer :
       {std::string("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"),
        "HTTP/1.1 101 Switching Protocols\r\n\r\n" +
            text_frame(R"([{"type":"error","error":{"code":"X"}}])"),
        "HTTP/1.1 101 Switching Protocols\r\n\r\n" + std::string("\x88\0", 2)}) {
    const auto session = make_session("daybook-socket", "queue", 0);
    std::string out;
    session->lease(out, 1);
    std::string_view in = answer;
    EXPECT_THROW(session->take(in, out), Failure) << answer;
  }
}

TEST(PeersDaybook, ManyJobsAreOneArray) {
  const auto session = make_session("daybook", "queue", 0);
  std::string out;
  session->create(out, 3);
  EXPECT_NE(out.find("\r\n\r\n[{"), std::string::npos);
  EXPECT_TRUE(out.ends_with("\"}}]"));
}

TEST(PeersDaybook, ARefusalAndAnIncompleteReportFail) {
  const auto session = make_session("daybook", "queue", 0);
  std::string out;
  session->create(out, 1);
  const std::string refusal = http(422, "{}");
  std::string_view in = refusal;
  EXPECT_THROW(session->take(in, out), Failure);

  const auto worker = make_session("daybook", "queue", 0);
  worker->lease(out, 1);
  EXPECT_TRUE(done_with_last_byte(*worker, http(200, R"({"jobs":[{"token":"1.a"}]})")));
  worker->complete(out);
  const std::string conflict = http(200, R"([{"error":{"status":409}}])");
  in = conflict;
  EXPECT_THROW(worker->take(in, out), Failure);
}

TEST(PeersBeanstalk, JobsGoThroughTheirLife) {
  const auto session = make_session("beanstalkd", "", 0);
  std::string out;
  session->create(out, 2);
  EXPECT_TRUE(out.starts_with("put 1000 0 600 100\r\n{\"n\":0,"));
  EXPECT_TRUE(done_with_last_byte(*session, "INSERTED 7\r\nINSERTED 8\r\n"));
  session->lease(out, 3);
  // The second job looks like a line of the protocol, and is none.
  EXPECT_TRUE(done_with_last_byte(
      *session, "RESERVED 7 3\r\n\r\nx\r\nRESERVED 8 11\r\nTIMED_OUT\r\n\r\nTIMED_OUT\r\n"));
  EXPECT_EQ(session->held(), 2U);
  out.clear();
  session->complete(out);
  EXPECT_EQ(out, "delete 7\r\ndelete 8\r\n");
  EXPECT_TRUE(done_with_last_byte(*session, "DELETED\r\nDELETED\r\n"));
  EXPECT_EQ(session->held(), 0U);
}

TEST(PeersBeanstalk, AnUnexpectedLineFails) {
  const auto session = make_session("beanstalkd", "", 0);
  std::string out;
  session->create(out, 1);
  std::string_view in = "BURIED 1\r\n";
  EXPECT_THROW(session->take(in, out), Failure);
}

TEST(PeersResp, RepliesAreReadWhenTheyAreWhole) {
  using Kind = RespReply::Kind;
  const std::vector<std::pair<std::string, Kind>> whole = {
      {"+OK\r\n", Kind::kLine},    {":12\r\n", Kind::kNumber},  {"$5\r\na\r\nbc\r\n", Kind::kText},
      {"$0\r\n\r\n", Kind::kText}, {"$-1\r\n", Kind::kNothing}, {"*-1\r\n", Kind::kNothing}};
  for (const auto& [text, kind] : whole) {
    for (std::size_t size = 0; size < text.size(); ++size) {
      EXPECT_FALSE(read_resp(std::string_view(text).substr(0, size))) << text;
    }
    const std::string more = text + "+";
    const auto reply = read_resp(more);
    ASSERT_TRUE(reply) << text;
    EXPECT_EQ(reply->kind, kind) << text;
    EXPECT_EQ(reply->bytes, text.size()) << text;
  }
  EXPECT_EQ(read_resp("$5\r\na\r\nbc\r\n")->text, "a\r\nbc");
}

TEST(PeersResp, ErrorsAndWhatIsNoReplyAreRefused) {
  for (const char* text : {"-LOADING\r\n", "$x\r\n", ":1.5\r\n", "*1\r\n", "HTTP\r\n"}) {
    EXPECT_THROW(read_resp(text), Failure) << text;
  }
}

TEST(PeersRedis, JobsGoThroughTheirLife) {
  const auto session = make_session("redis", "", 1);
  std::string out;
  session->create(out, 1);
  EXPECT_TRUE(out.starts_with("*3\r\n$5\r\nLPUSH\r\n$4\r\njobs\r\n$100\r\n{\"n\":100000000,"));
  EXPECT_TRUE(done_with_last_byte(*session, ":1\r\n"));
  session->lease(out, 3);
  EXPECT_TRUE(done_with_last_byte(*session, "$1\r\na\r\n$1\r\nb\r\n$-1\r\n"));
  EXPECT_EQ(session->held(), 2U);
  out.clear();
  session->complete(out);
  EXPECT_EQ(out,
            "*4\r\n$4\r\nLREM\r\n$7\r\ntaken:1\r\n$2\r\n-1\r\n$1\r\na\r\n"
            "*4\r\n$4\r\nLREM\r\n$7\r\ntaken:1\r\n$2\r\n-1\r\n$1\r\nb\r\n");
  EXPECT_TRUE(done_with_last_byte(*session, ":1\r\n:1\r\n"));
  EXPECT_EQ(session->held(), 0U);
}

TEST(PeersRedis, ACompletionThatRemovedNothingFails) {
  const auto session = make_session("redis", "", 1);
  std::string out;
  session->lease(out, 1);
  EXPECT_TRUE(done_with_last_byte(*session, "$1\r\na\r\n"));
  session->complete(out);
  std::string_view in = ":0\r\n";
  EXPECT_THROW(session->take(in, out), Failure);
}

TEST(PeersNats, MessagesAreReadWhenTheyAreWhole) {
  const std::string text = "HMSG in.1 1 reply 12 15\r\nNATS/1.0\r\n\r\nabc\r\n";
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(read_nats(std::string_view(text).substr(0, size)));
  }
  const auto message = read_nats(text);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->subject, "in.1");
  EXPECT_EQ(message->reply_to, "reply");
  EXPECT_EQ(message->headers, "NATS/1.0\r\n\r\n");
  EXPECT_EQ(message->body, "abc");
  EXPECT_EQ(message->bytes, text.size());
  EXPECT_EQ(read_nats("MSG in.1 1 0\r\n\r\n")->reply_to, "");
}

TEST(PeersNats, ErrorsAndWhatIsNoMessageAreRefused) {
  for (const char* text : {"-ERR 'x'\r\n", "MSG a\r\n", "MSG a 1 x\r\n", "HMSG a 1 9 3\r\n",
                           "MSG a b c d e f g\r\n", "HTTP/1.1 400\r\n"}) {
    EXPECT_THROW(read_nats(text), Failure) << text;
  }
}

TEST(PeersNats, JobsGoThroughTheirLife) {
  const auto session = make_session("nats", "", 2);
  std::string out;
  session->open(out);
  EXPECT_NE(out.find("SUB _INBOX.peers.2 1\r\n"), std::string::npos);
  EXPECT_TRUE(done_with_last_byte(*session, "INFO {}\r\nPONG\r\n"));
  out.clear();
  session->create(out, 1);
  EXPECT_TRUE(out.starts_with("PUB jobs _INBOX.peers.2 100\r\n{\"n\":0,"));
  std::string replies;
  EXPECT_TRUE(
      done_with_last_byte(*session, "PING\r\nMSG _INBOX.peers.2 1 7\r\n{\"s\":1}\r\n", &replies));
  EXPECT_EQ(replies, "PONG\r\n");
  session->lease(out, 1);
  EXPECT_TRUE(done_with_last_byte(*session, "MSG jobs 1 $JS.ACK.1 2\r\nhi\r\n"));
  EXPECT_EQ(session->held(), 1U);
  out.clear();
  session->complete(out);
  EXPECT_EQ(out, "PUB $JS.ACK.1 _INBOX.peers.2 4\r\n+ACK\r\n");
  EXPECT_TRUE(done_with_last_byte(*session, "MSG _INBOX.peers.2 1 0\r\n\r\n"));
  EXPECT_EQ(session->held(), 0U);
}

TEST(PeersNats, AnEmptyQueueIsWaitedForOnce) {
  const auto session = make_session("nats", "", 0);
  std::string out;
  session->lease(out, 100);
  std::string more;
  std::string_view none = "HMSG i 1 28 28\r\nNATS/1.0 404 No Messages\r\n\r\n\r\n";
  EXPECT_EQ(session->take(none, more), Step::kMore);
  EXPECT_NE(more.find(R"({"batch":1,"expires":)"), std::string::npos);
  EXPECT_TRUE(done_with_last_byte(*session, "MSG jobs 1 $JS.ACK.1 2\r\nhi\r\n"));
  EXPECT_EQ(session->held(), 1U);
}

TEST(PeersNats, AJetStreamErrorFails) {
  const auto session = make_session("nats", "", 0);
  std::string out;
  session->create(out, 1);
  std::string_view in = "MSG i 1 12\r\n{\"error\":{}}\r\n";
  EXPECT_THROW(session->take(in, out), Failure);
}

}  // namespace
}  // namespace daybook::peers
