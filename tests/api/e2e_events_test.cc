// The event feed: pages, lines, live streams.
#include <algorithm>
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "base/json_value.h"
#include "tests/api/server_fixture.h"

namespace daybook::test {
namespace {

class E2eEvents : public ServerFixture {
 protected:
  std::vector<std::string> seqs(const HttpReply& reply) {
    EXPECT_EQ(reply.status, 200) << reply.body;
    std::vector<std::string> out;
    for (const auto& event : elements(reply.body, "events")) {
      out.push_back(member(event.text(), "seq"));
    }
    return out;
  }
  using Seqs = std::vector<std::string>;
};

TEST_F(E2eEvents, PagesGoForwardAndBack) {
  start();
  put_definition("d");
  for (int i = 0; i < 6; ++i) {
    create_job("d");
  }  // events 1..8
  EXPECT_EQ(seqs(call("GET", "/resources/events?limit=3")), (Seqs{"1", "2", "3"}));
  EXPECT_EQ(seqs(call("GET", "/resources/events?limit=3&after=3")), (Seqs{"4", "5", "6"}));
  EXPECT_EQ(seqs(call("GET", "/resources/events?limit=3&before=9")), (Seqs{"6", "7", "8"}));
  EXPECT_EQ(seqs(call("GET", "/resources/events?limit=3&before=3")), (Seqs{"1", "2"}));
  EXPECT_EQ(seqs(call("GET", "/resources/events?after=8")), Seqs{});
  // A reader whose server came back from an older backup must not pass over what it has not seen.
  const auto beyond = call("GET", "/resources/events?after=9");
  EXPECT_EQ(beyond.status, 422);
  EXPECT_NE(beyond.body.find(R"("code":"SEQ_UNKNOWN")"), std::string::npos) << beyond.body;
  const auto page = call("GET", "/resources/events?limit=3");
  EXPECT_EQ(member(page.body, "totalCount"), "8");
  EXPECT_EQ(member(page.body, "lastCursor"), "3");
  EXPECT_EQ(member(page.body, "asOfSeq"), "8");
  EXPECT_EQ(member(page.body, "atEnd"), "false");
}

// The number in an id is that of an event, and histories are found by it: what was made up may name
// any event, of another job or of none.
TEST_F(E2eEvents, AnIdThatWasMadeUpHasNoHistory) {
  start();
  put_definition("d");
  std::string id = create_job("d", R"(,"runAt":"2031-01-01T00:00Z")");  // 1 w, 2 d, 3 the job
  const auto told = call("GET", "/resources/jobs/" + id + "/events");
  EXPECT_EQ(seqs(told), (Seqs{"3"}));
  id.front() = id.front() == '1' ? '2' : '1';
  for (const char number : {'1', '2', '3', '9'}) {
    id.back() = number;
    EXPECT_EQ(call("GET", "/resources/jobs/" + id + "/events").status, 404) << id;
    EXPECT_EQ(seqs(call("GET", "/resources/events?jobId=" + id)), Seqs{}) << id;
  }
}

TEST_F(E2eEvents, FiltersByJobTypeAndDefinition) {
  start();
  put_definition("d");
  put_definition("e");
  const auto a = create_job("d", R"(,"runAt":"2031-01-01T00:00Z")");
  const auto b = create_job("e", R"(,"runAt":"2031-01-01T00:00Z")");
  call("DELETE", "/resources/jobs/" + a);  // 1 w, 2 d, 3 w, 4 e, 5 a, 6 b, 7 cancelled a
  EXPECT_EQ(seqs(call("GET", "/resources/events?jobId=" + a)), (Seqs{"5", "7"}));
  EXPECT_EQ(seqs(call("GET", "/resources/events?type=JobCreated")), (Seqs{"5", "6"}));
  EXPECT_EQ(seqs(call("GET", "/resources/events?jobDefinitionId=e")), (Seqs{"4", "6"}));
  EXPECT_EQ(seqs(call("GET", "/resources/events?type=JobCreated&jobId=" + b)), (Seqs{"6"}));
  EXPECT_EQ(seqs(call("GET", "/resources/events?type=JobCreated&before=6")), (Seqs{"5"}));
  const auto wrong = call("GET", "/resources/events?type=JobCreated,Wrong");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_NE(wrong.body.find("'Wrong' is not the name of an event; known are "), std::string::npos);
  EXPECT_NE(wrong.body.find(", JobFailed"), std::string::npos) << wrong.body;
  const auto page = call("GET", "/resources/events?type=JobCreated&limit=1");
  EXPECT_EQ(member(page.body, "lastCursor"), "5");
}

// Behind the last of them stand more events than are looked at without the index.
TEST_F(E2eEvents, FiltersByRequestActorAndTimesAloneAndTogether) {
  start();
  put_definition("d");  // events 1 and 2
  const auto jobs = [&](int count) {
    clock().advance(seconds(1));
    std::string body = "[";
    for (int i = 0; i < count; ++i) {
      body += i > 0 ? R"(,{"jobDefinitionId":"d"})" : R"({"jobDefinitionId":"d"})";
    }
    const auto created = call("POST", "/resources/jobs", body + "]");
    EXPECT_EQ(created.status, 201) << created.body;
    return created.field("Request-Id");
  };
  const std::string request = "requestId=" + jobs(3);  // events 3, 4 and 5
  const std::string later = "requestId=" + jobs(1);    // event 6
  jobs(100);
  const auto list = [&](const std::string& query) {
    return seqs(call("GET", "/resources/events?" + query));
  };
  const auto time_of = [&](int seq) {
    const auto page =
        call("GET", "/resources/events?limit=1&after=" + std::to_string(seq - 1)).body;
    return member(elements(page, "events").at(0).text(), "time");
  };
  const std::string from = "from=" + time_of(3);
  const std::string to = "to=" + time_of(6);
  EXPECT_EQ(list(request), (Seqs{"3", "4", "5"}));
  EXPECT_EQ(list(later), (Seqs{"6"}));
  EXPECT_EQ(list("actor=local&limit=2"), (Seqs{"1", "2"}));
  EXPECT_EQ(list("actor=nobody"), Seqs{});
  EXPECT_EQ(list(from + "&limit=2"), (Seqs{"3", "4"}));
  EXPECT_EQ(list(to), (Seqs{"1", "2", "3", "4", "5"}));
  EXPECT_EQ(list("order=newest&before=7&limit=2"), (Seqs{"6", "5"}));
  EXPECT_EQ(list(from + "&" + to), (Seqs{"3", "4", "5"}));
  EXPECT_EQ(list(later + "&" + to), Seqs{});
  EXPECT_EQ(list(request + "&actor=nobody"), Seqs{});
  EXPECT_EQ(list(request + "&type=JobCancelled"), Seqs{});
  const std::string all = request + "&" + from + "&" + to + "&actor=local&type=JobCreated";
  EXPECT_EQ(list(all), (Seqs{"3", "4", "5"}));
  EXPECT_EQ(list(all + "&after=3&limit=1"), (Seqs{"4"}));
  EXPECT_EQ(list(all + "&before=5"), (Seqs{"3", "4"}));
  EXPECT_EQ(list(all + "&order=newest&before=5"), (Seqs{"4", "3"}));
  EXPECT_EQ(list(all + "&order=newest&before=5&limit=1"), (Seqs{"4"}));
  EXPECT_EQ(list(to + "&order=newest&limit=2"), (Seqs{"5", "4"}));
  EXPECT_EQ(list("actor=local&order=newest&before=4&limit=2"), (Seqs{"3", "2"}));
}

TEST_F(E2eEvents, LinesHoldTheWholeLog) {
  start();
  put_definition("d");
  std::string body = "[";
  for (int i = 0; i < 2000; ++i) {
    body += std::string(i > 0 ? "," : "") +
            R"({"jobDefinitionId":"d","parameters":{"text":"line\nline"}})";
  }
  ASSERT_EQ(call("POST", "/resources/jobs", body + "]").status, 201);
  HttpClient client(port());
  const auto reply =
      client.call("GET", "/resources/events", {}, "Accept: application/x-ndjson\r\n");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->field("Content-Type"), "application/x-ndjson");
  std::string_view rest = reply->body;
  std::uint64_t expected = 1;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    ASSERT_NE(end, std::string_view::npos);
    EXPECT_EQ(member(rest.substr(0, end), "seq"), std::to_string(expected++));
    rest.remove_prefix(end + 1);
  }
  EXPECT_EQ(expected, 2003U);
  const auto few = call("GET", "/resources/events?format=ndjson&after=5&limit=3");
  EXPECT_EQ(std::count(few.body.begin(), few.body.end(), '\n'), 3);
}

TEST_F(E2eEvents, WhatWasTrimmedIsSaidToBeTrimmed) {
  start();
  put_definition("d");
  const auto old = create_job("d");  // event 3
  const auto kept = create_job("d");
  EXPECT_EQ(member(call("GET", "/resources/jobs/" + kept + "/events").body, "logFirstSeq"), "1");
  ASSERT_TRUE(log().trim(Seq{3}));
  EXPECT_EQ(call("GET", "/resources/jobs/" + old).status, 200);
  const auto gone = call("GET", "/resources/jobs/" + old + "/events");
  EXPECT_EQ(gone.status, 404);
  EXPECT_NE(gone.body.find("LOG_TRIMMED"), std::string::npos) << gone.body;
  EXPECT_EQ(member(call("GET", "/resources/jobs/" + kept + "/events").body, "logFirstSeq"), "4");
  const auto none = call("GET", "/resources/events?jobId=" + old);
  EXPECT_EQ(none.status, 200);
  EXPECT_EQ(member(none.body, "logFirstSeq"), "4");
  EXPECT_EQ(member(call("GET", "/resources/events?before=9").body, "logFirstSeq"), "4");
}

TEST_F(E2eEvents, ALiveStreamTellsWhatHappensAndResumes) {
  start();
  put_definition("d");
  HttpClient client(port());
  ASSERT_TRUE(client.send(
      "GET /resources/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"));
  EXPECT_NE(client.receive_until("retry: 2000").find("text/event-stream"), std::string::npos);
  const auto id = create_job("d");  // event 3
  const auto live = client.receive_until(id);
  EXPECT_NE(live.find("id: 3\ndata: {\"seq\":3"), std::string::npos) << live;
  HttpClient again(port());
  ASSERT_TRUE(again.send(
      "GET /resources/events?format=sse HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 1\r\n\r\n"));
  const auto resumed = again.receive_until(id);
  EXPECT_EQ(resumed.find("id: 1\n"), std::string::npos) << resumed;
  EXPECT_NE(resumed.find("id: 2\n"), std::string::npos) << resumed;
  EXPECT_NE(resumed.find("id: 3\n"), std::string::npos) << resumed;
}

// However busy the log is with what the stream does not show.
TEST_F(E2eEvents, AQuietStreamOnABusyLogHasItsHeartbeat) {
  start();
  put_definition("d");
  HttpClient client(port());
  ASSERT_TRUE(
      client.send("GET /resources/events?format=sse&type=ComponentDeleted HTTP/1.1\r\n"
                  "Host: localhost\r\n\r\n"));
  client.receive_until("retry: 2000");
  std::string seen;
  for (int i = 0; i < 20 && seen.find(": heartbeat") == std::string::npos; ++i) {
    clock().advance(Duration{options.heartbeat.value / 2});
    create_job("d");
    seen = client.receive_until(": heartbeat", std::chrono::milliseconds(200));
  }
  EXPECT_NE(seen.find(": heartbeat"), std::string::npos);
}

TEST_F(E2eEvents, AStreamThatCannotGoOnThereIsRefusedBeforeItBegins) {
  start();
  put_definition("d");
  for (int i = 0; i < 3; ++i) {
    create_job("d");
  }
  lease_one("d");  // events 1..6, and the dispatcher has seen the first five
  ASSERT_EQ(call("GET", "/resources/jobs").status, 200);  // so have the views
  ASSERT_TRUE(log().trim(Seq{3}));
  for (const char* target :
       {"/resources/events?format=sse&after=2", "/resources/events?format=ndjson&after=2"}) {
    const auto gone = call("GET", target);
    EXPECT_EQ(gone.status, 404) << target;
    EXPECT_NE(gone.body.find("LOG_TRIMMED"), std::string::npos) << gone.body;
  }
  const std::string sse = "/resources/events?format=sse";
  EXPECT_EQ(call("GET", sse, {}, "Last-Event-ID: 2\r\n").status, 404);
  const auto ahead = call("GET", sse, {}, "Last-Event-ID: 7\r\n");
  EXPECT_EQ(ahead.status, 422);
  EXPECT_NE(ahead.body.find(R"("code":"SEQ_UNKNOWN")"), std::string::npos) << ahead.body;
  EXPECT_NE(ahead.body.find(R"("field":"Last-Event-ID")"), std::string::npos) << ahead.body;
  const auto lines = call("GET", "/resources/events?format=ndjson&after=7");
  EXPECT_EQ(lines.status, 422);
  EXPECT_NE(lines.body.find(R"("field":"after")"), std::string::npos) << lines.body;
  const auto rest = call("GET", "/resources/events?format=ndjson&after=3");
  EXPECT_EQ(std::count(rest.body.begin(), rest.body.end(), '\n'), 3);
  EXPECT_EQ(call("GET", "/resources/events?format=ndjson&after=6").body, "");
}

TEST_F(E2eEvents, SilentStreamsSendHeartbeats) {
  start();
  HttpClient client(port());
  ASSERT_TRUE(client.send("GET /resources/events?format=sse HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  client.receive_until("retry: 2000");
  std::atomic<bool> done{false};
  std::string got;
  std::thread reader([&] {
    got = client.receive_until(": heartbeat");
    done = true;
  });
  EXPECT_TRUE(run_clock_until([&] { return done.load(); }));
  reader.join();
  EXPECT_NE(got.find(": heartbeat"), std::string::npos);
}

TEST_F(E2eEvents, StreamsOverTheLimitAreRefused) {
  options.streams_max = 1;
  start();
  HttpClient first(port());
  ASSERT_TRUE(first.send("GET /resources/events?format=sse HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  first.receive_until("retry: 2000");
  EXPECT_EQ(call("GET", "/resources/events?format=sse").status, 503);
}

TEST_F(E2eEvents, AReaderThatDoesNotReadIsCutOff) {
  start();
  put_definition("d");
  // More than the sockets' buffers hold.
  const std::string job =
      R"({"jobDefinitionId":"d","parameters":{"p":")" + std::string(20 * 1024, 'x') + "\"}}";
  std::string jobs = "[" + job;
  for (int i = 1; i < 300; ++i) {
    jobs += "," + job;
  }
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(call("POST", "/resources/jobs", jobs + "]").status, 201);
  }
  HttpClient client(port());
  client.set_receive_buffer(4096);
  ASSERT_TRUE(
      client.send("GET /resources/events?format=sse&after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  EXPECT_TRUE(run_clock_until([&] {
    const auto metrics = call("GET", "/metrics").body;
    return metrics.find("daybook_http_streams 0") != std::string::npos &&
           metrics.find("daybook_http_timeouts_total 0") == std::string::npos;
  }));
}

}  // namespace
}  // namespace daybook::test
