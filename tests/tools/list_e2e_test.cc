// What lists show of a real server, to people and to programs.
#include <signal.h>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/time_text.h"
#include "tests/components/http_server.h"
#include "tests/tools/server_commands.h"
#include "tests/tools/temp_directory.h"
#include "tools/daybook/json_text.h"
#include "tools/daybook/table.h"

namespace daybook::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class ListE2e : public testing::Test {
 protected:
  void SetUp() override {
    const std::string fails = directory_.write(
        "fails.json", R"({"runtime":"exec","command":["sh","-c","echo went wrong >&2; exit 3"]})");
    (void)answer(server_, {"component", "put", "fails", "--json", fails});
    (void)answer(server_, {"component", "put", "works", "--runtime", "worker"});
    for (const char* id : {"fails", "works"}) {
      (void)answer(server_, {"definition", "put", id, "--component", id});
    }
    failed_ = parse_json(ask(server_, {"job", "run", "fails", "--wait"}).out, "").value();
    waiting_ = answer(server_, {"job", "run", "works", "--run-at", "+1d"});
    cancelled_ = answer(server_, {"job", "run", "works", "--run-at", "+1d"});
    (void)answer(server_, {"job", "cancel", cell(cancelled_, "jobId")});
  }
  std::string seen(std::vector<std::string> words, std::size_t columns) {
    words.insert(words.end(), {"--server", server_.address()});
    const Ran ran = run_line(std::move(words), "daybook", {}, {}, true, columns);
    EXPECT_EQ(ran.code, 0) << ran.err;
    std::istringstream lines(ran.out);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(display_width(line), columns == 0 ? line.size() : columns) << line;
    }
    return ran.out;
  }
  std::size_t count(std::vector<std::string> words) {
    words.insert(words.begin(), {"job", "list"});
    return answer(server_, std::move(words)).at("jobs").get_array().size();
  }
  std::vector<std::string> types(std::vector<std::string> words) {
    words.insert(words.begin(), {"event", "list"});
    std::vector<std::string> out;
    const auto list = answer(server_, std::move(words));
    for (const auto& event : list.at("events").get_array()) {
      out.push_back(cell(event, "type"));
    }
    return out;
  }

  const TempDirectory directory_;
  const std::string data_ = (directory_.path() / "data").string();
  ServerProcess server_{data_, {"--clock", format_time(SystemClock().wall())}};
  boost::json::value failed_;
  boost::json::value waiting_;
  boost::json::value cancelled_;
};

TEST_F(ListE2e, JobsAreFilteredByWhatTheRouteKnows) {
  const std::string error = cell(failed_, "error.code");
  ASSERT_FALSE(error.empty());
  EXPECT_EQ(count({}), 3U);
  EXPECT_EQ(count({"--status", "failed,pending"}), 2U);
  EXPECT_EQ(count({"--status", "failed", "--status", "cancelled"}), 2U);
  EXPECT_EQ(count({"--error-code", error}), 1U);
  EXPECT_EQ(count({"--error-code", "OTHER"}), 0U);
  EXPECT_EQ(count({"--order=-finishedAt"}), 2U);
  EXPECT_EQ(count({"--finished-before", "2000-01-01T00:00:00Z"}), 0U);
  EXPECT_EQ(count({"--parent", cell(failed_, "jobId")}), 0U);
  (void)answer(server_, {"job", "retry", cell(failed_, "jobId")});
  EXPECT_EQ(count({"--parent", cell(failed_, "jobId")}), 1U);
}

TEST_F(ListE2e, JobsAreFilteredByWhenTheyEnded) {
  const auto ended = [&](const boost::json::value& job) {
    return cell(answer(server_, {"job", "get", cell(job, "jobId")}), "finishedAt");
  };
  const std::string first = ended(failed_);
  const std::string last = ended(cancelled_);
  ASSERT_LT(first, last);
  EXPECT_EQ(count({"--finished-after", first}), 2U) << "of three; the time itself is in";
  EXPECT_EQ(count({"--finished-after", last}), 1U);
  EXPECT_EQ(count({"--finished-before", last}), 1U) << "the time itself is out";
  EXPECT_EQ(count({"--finished-before", first}), 0U);
  EXPECT_EQ(count({"--finished-after", first, "--finished-before", last}), 1U);
  EXPECT_EQ(count({"--finished-after", "2100-01-01T00:00:00Z"}), 0U);
  for (const std::string side : {"after", "before"}) {
    const Ran ran = ask(server_, {"job", "list", "--finished-" + side, "yesterday"});
    EXPECT_EQ(ran.code, 2);
    EXPECT_THAT(ran.err, AllOf(HasSubstr("a time is ISO 8601"),
                               HasSubstr(side == "after" ? "finishedAfter" : "finishedBefore")));
  }
}

TEST_F(ListE2e, EightyColumnsShowWhatBecameOfJobs) {
  const std::string jobs = seen({"job", "list"}, 80);
  EXPECT_THAT(jobs, AllOf(StartsWith("JOB  "), HasSubstr(" FINISHED "), HasSubstr(" ERROR"),
                          HasSubstr(cell(failed_, "jobId") + "  "), HasSubstr("not shown: ")));
  const std::string events = seen({"job", "events", cell(failed_, "jobId")}, 80);
  EXPECT_THAT(events, AllOf(HasSubstr("  DATA"), HasSubstr("{\"jobId\"")));
  EXPECT_THAT(seen({"event", "list"}, 80), HasSubstr("{\"job"));
  EXPECT_THAT(seen({"job", "list"}, 300),
              AllOf(HasSubstr(" RUN AT "), Not(HasSubstr("not shown"))));
  for (const char* noun : {"component", "definition", "worker", "sending", "rule"}) {
    (void)seen({noun, "list"}, 40);
  }
}

TEST_F(ListE2e, WhoPassesATableOnSaysHowWideItMayBe) {
  const Ran ran = run_line({"job", "list", "-o", "table", "--server", server_.address()}, "daybook",
                           {{"COLUMNS", "80"}});
  EXPECT_THAT(ran.out, HasSubstr("\nnot shown: "));
}

TEST_F(ListE2e, AListOfWhichThereIsMoreSaysHowToGoOn) {
  EXPECT_THAT(seen({"job", "list", "--limit", "2"}, 0),
              HasSubstr("\n2 of 3; more with --limit, or --after "));
  EXPECT_THAT(seen({"job", "list", "--limit", "3"}, 0), Not(HasSubstr("more with")));
  EXPECT_THAT(seen({"event", "list", "--limit", "2"}, 0),
              HasSubstr("more with --limit, or --before "));
  EXPECT_THAT(seen({"event", "list", "--oldest", "--limit", "2"}, 0),
              HasSubstr("more with --limit, or --after 2\n"));
  EXPECT_THAT(seen({"event", "list"}, 0), Not(HasSubstr("more with")));
}

// It has neither --limit nor --after, so it names the command that goes on.
TEST(ListOfAJob, WithMoreEventsThanAreShownNamesACommandThatHasThem) {
  const std::string id = "019a8a3c-6c00-7000-8000-000000000017";
  constexpr std::size_t kShown = 10'000;
  boost::json::array events;
  for (std::size_t seq = 1; seq <= kShown; ++seq) {
    events.push_back({{"seq", seq}, {"type", "JobStarted"}});
  }
  const std::string page = boost::json::serialize(
      boost::json::object{{"events", events}, {"lastCursor", "10000"}, {"atEnd", false}});
  const components::HttpServer server(
      [&](const components::SeenRequest&) { return components::answer("200 OK", page); });
  const Ran ran = run_line({"job", "events", id, "-o", "table", "--server",
                            "http://127.0.0.1:" + std::to_string(server.port())});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, testing::EndsWith("\n10000 rows; more with event list --job " + id +
                                         " --after 10000\n"));
}

TEST_F(ListE2e, StatisticsAreReadInPagesAndNeverCutInSilence) {
  const auto stats = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"stats", "--resolution", "day"});
    return answer(server_, std::move(words));
  };
  EXPECT_EQ(stats({}).as_array().size(), 2U);
  const auto first = stats({"--limit", "1"});
  EXPECT_EQ(first.at("statistics").as_array().size(), 1U);
  EXPECT_EQ(cell(first, "atEnd"), "false");
  const auto rest = stats({"--after", cell(first, "lastCursor"), "--from", cell(first, "from")});
  ASSERT_EQ(rest.at("statistics").as_array().size(), 1U);
  EXPECT_EQ(cell(rest.at("statistics").as_array()[0], "jobDefinitionId"), "works");
  EXPECT_EQ(cell(rest, "atEnd"), "true");
  const auto all = stats({"--group-by", "none"});
  ASSERT_EQ(all.as_array().size(), 1U);
  EXPECT_EQ(cell(all.as_array()[0], "scheduled"), "3");
  EXPECT_THAT(seen({"stats"}, 0), AllOf(StartsWith("BUCKET "), HasSubstr(" DEFINITION ")));
  EXPECT_THAT(seen({"stats", "--group-by", "none"}, 0),
              AllOf(StartsWith("BUCKET "), HasSubstr(" SCHEDULED "), Not(HasSubstr("DEFINITION"))));
  EXPECT_THAT(seen({"stats", "--limit", "1"}, 0), HasSubstr("more with --limit, or --after "));
}

TEST_F(ListE2e, MoreStatisticsThanAnAnswerHasAreSaidToBeThere) {
  for (int i = 0; i < 14; ++i) {
    const std::string id = "more" + std::to_string(i);
    (void)answer(server_, {"definition", "put", id, "--component", "works"});
    (void)answer(server_, {"job", "run", id, "--run-at", "+5d"});
  }
  (void)answer(server_, {"clock", "advance", "30h"});
  const Ran ran = ask(server_, {"stats"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_EQ(parse_json(ran.out, "")->as_array().size(), 20'000U);
  EXPECT_THAT(ran.err, StartsWith("20000 rows; more with --limit, or --after "));
  const Ran whole = ask(server_, {"stats", "--limit", "100000"});
  const auto list = parse_json(whole.out, "").value();
  EXPECT_EQ(cell(list, "atEnd"), "true");
  EXPECT_GT(list.at("statistics").as_array().size(), 20'000U);
}

TEST_F(ListE2e, TheGraphIsReadInPages) {
  boost::json::array jobs;
  for (int i = 0; i < 150; ++i) {
    jobs.push_back(
        {{"jobDefinitionId", "works"}, {"runAt", format_time(SystemClock().wall() + hours(100))}});
  }
  ClientOptions options;
  options.server = server_.address();
  auto client = Client::connect_to(options);
  ASSERT_TRUE(client);
  ASSERT_TRUE(client->request("POST", "/resources/jobs", boost::json::value(jobs)));
  const auto rows = [&](const std::string& limit) {
    return answer(server_, {"graph", "query", "jobs", "--fields", "jobId", "--limit", limit});
  };
  const auto all = rows("500");
  EXPECT_EQ(all.at("nodes").as_array().size(), 153U);
  EXPECT_EQ(cell(all, "more"), "false");
  EXPECT_EQ(rows("120").at("nodes").as_array().size(), 120U);
  EXPECT_THAT(seen({"graph", "query", "jobs", "--fields", "jobId"}, 0),
              HasSubstr("\n100 rows; more with --limit, or --after "));
  EXPECT_THAT(seen({"graph", "query", "jobs", "--fields", "jobId", "--limit", "153"}, 0),
              Not(HasSubstr("more with")));
}

TEST_F(ListE2e, AnEmptyListOfWhatNobodyHasIsWarnedOf) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"stats"}, {"job", "list"}, {"event", "list"}}) {
    auto asked = words;
    asked.insert(asked.end(), {"--definition", "nope"});
    const Ran ran = ask(server_, asked);
    EXPECT_EQ(ran.code, 0);
    EXPECT_EQ(ran.err, "warning: there is no definition 'nope'\n") << words.front();
  }
  EXPECT_EQ(ask(server_, {"event", "list", "--component", "nope"}).err,
            "warning: there is no component 'nope'\n");
  EXPECT_EQ(ask(server_, {"job", "list", "--definition", "works", "--tag", "none"}).err, "");
  EXPECT_THAT(ask(server_, {"event", "list", "--type", "JobFailed,Wrong"}).err,
              AllOf(HasSubstr("'Wrong' is not the name of an event"), HasSubstr("JobCancelled")));
}

TEST_F(ListE2e, DeletingSaysWhatBecameOfTheJob) {
  const auto told = [&](const boost::json::value& job, std::vector<std::string> more) {
    more.insert(more.begin(), {"job", "delete", cell(job, "jobId")});
    return seen(std::move(more), 0);
  };
  EXPECT_THAT(told(cancelled_, {}), HasSubstr(" is cancelled; it stays in the lists"));
  EXPECT_THAT(told(waiting_, {}), HasSubstr(" is cancelled; it stays in the lists"));
  EXPECT_THAT(told(waiting_, {"--remove"}), StartsWith("deleted job "));
  EXPECT_THAT(told(failed_, {}), StartsWith("deleted job "));
}

TEST_F(ListE2e, ALimitOfNothingIsRefusedInWords) {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"job", "list"},
                                                {"definition", "list"},
                                                {"event", "list"},
                                                {"graph", "query", "jobs"},
                                                {"sending", "list"},
                                                {"stats"},
                                                {"bench", "due"}}) {
    auto asked = words;
    asked.insert(asked.end(), {words.front() == "bench" ? "--jobs" : "--limit", "0"});
    const Ran ran = ask(server_, asked);
    EXPECT_EQ(ran.code, 2);
    EXPECT_THAT(ran.err, HasSubstr("must be a number above 0, not 0")) << words.front();
  }
}

TEST_F(ListE2e, EventsBeginWithTheNewest) {
  const auto all = types({});
  EXPECT_EQ(all.front(), "JobCancelled");
  auto oldest = types({"--oldest"});
  EXPECT_EQ(oldest, std::vector<std::string>(all.rbegin(), all.rend()));
  const auto later = types({"--after", "1"});
  EXPECT_EQ(later, std::vector<std::string>(oldest.begin() + 1, oldest.end()));
  EXPECT_EQ(types({"--before", "3"}), (std::vector<std::string>{oldest[1], oldest[0]}));
}

TEST_F(ListE2e, EventsAreFilteredByWhatTheRouteKnows) {
  const auto has = [&](std::vector<std::string> words) { return types(std::move(words)); };
  EXPECT_EQ(has({"--type", "JobFailed,JobCancelled"}),
            (std::vector<std::string>{"JobCancelled", "JobFailed"}));
  EXPECT_EQ(has({"--job", cell(cancelled_, "jobId")}),
            (std::vector<std::string>{"JobCancelled", "JobCreated"}));
  EXPECT_EQ(has({"--component", "fails", "--oldest"}).front(), "ComponentPut");
  EXPECT_EQ(has({"--definition", "works", "--type", "JobCreated"}).size(), 2U);
  EXPECT_EQ(has({"--actor", "nobody"}).size(), 0U);
  EXPECT_EQ(has({"--request", "01234567-89ab-7def-8123-456789abcdef"}).size(), 0U);
  EXPECT_EQ(has({"--since", "2100-01-01T00:00:00Z"}).size(), 0U);
  EXPECT_EQ(has({"--until", "2000-01-01T00:00:00Z"}).size(), 0U);
  EXPECT_EQ(ask(server_, {"event", "list", "--after", "1", "--before", "5"}).code, 2);
}

TEST_F(ListE2e, TheClockMovesByWords) {
  const auto now = [&] { return parse_time(cell(answer(server_, {"clock"}), "now"), "").value(); };
  const Micros before = now();
  (void)answer(server_, {"clock", "advance", "1d"});
  EXPECT_GE(now() - before, hours(24));
  EXPECT_LT(now() - before, hours(25));
  (void)answer(server_, {"clock", "to", format_time(before + hours(72))});
  EXPECT_GE(now() - before, hours(72));
  EXPECT_EQ(ask(server_, {"clock", "forward", "1d"}).code, 2);
  EXPECT_EQ(ask(server_, {"clock", "advance", "--advance", "1d"}).code, 2);
}

TEST_F(ListE2e, AJobsLifeIsReadable) {
  const std::string job = cell(failed_, "jobId");
  EXPECT_EQ(server_.end(SIGTERM), 0);
  const std::string text = seen({"log", "explain", job, "--data-dir", data_}, 80);
  EXPECT_THAT(text, AllOf(StartsWith("job " + job + " of fails: failed\n1 attempt, waited "),
                          HasSubstr("\nTIME "), HasSubstr("  attempt 1 ")));
  EXPECT_THAT(text, Not(testing::ContainsRegex("[0-9]{4}us")));
  EXPECT_THAT(seen({"log", "explain", job, "--data-dir", data_, "--full"}, 0), Not(HasSubstr("…")));
  const Ran json = run_line({"log", "explain", job, "--data-dir", data_});
  EXPECT_THAT(json.out, StartsWith("{\n  \"jobId\": "));
}

}  // namespace
}  // namespace daybook::cli
