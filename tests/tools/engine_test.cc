#include "tools/daybook/engine.h"

#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/http_client.h"
#include "tests/tools/temp_directory.h"
#include "tools/daybook/start_limits.h"

namespace daybook::cli {
namespace {

constexpr std::chrono::seconds kEngineWait{30};

EngineOptions quiet(const FakeClock& clock) {
  EngineOptions options;
  options.listen = false;
  options.clock = &clock;
  return options;
}

scheduler::PutDefinition definition(const std::string& id) {
  scheduler::PutDefinition out;
  out.definition = id;
  out.component = "absent";
  return out;
}

scheduler::CreateJobs one_job(const std::string& id, Micros run_at) {
  scheduler::CreateJobs out;
  out.jobs.emplace_back();
  out.jobs.back().definition = id;
  out.jobs.back().run_at = run_at;
  return out;
}

TEST(Engine, RunsInMemoryWithoutHttpAndLeavesNothing) {
  FakeClock clock;
  const TempDirectory temp;
  EngineOptions options = quiet(clock);
  options.temp_dir = temp.path();
  auto engine = Engine::start(options);
  ASSERT_TRUE(engine) << engine.error().text();
  EXPECT_EQ((*engine)->address(), "");
  const auto reply = (*engine)->sequencer().call(definition("d"));
  ASSERT_TRUE(reply) << reply.error().text();
  EXPECT_EQ(reply->last, Seq{2});  // after ServerStarted
  ASSERT_TRUE((*engine)->views().wait_for(reply->last, kEngineWait));
  EXPECT_TRUE(*(*engine)->views().definition("d"));
  (*engine)->stop();
  EXPECT_TRUE(std::filesystem::is_empty(temp.path()));
}

TEST(Engine, ProgramsOnTheFileSystemOfTheDataAreWarnedOf) {
  FakeClock clock;
  const TempDirectory directory;
  EngineOptions options = quiet(clock);
  options.data_dir = directory.path() / "data";
  options.temp_dir = directory.path();
  const auto engine = Engine::start(options);
  ASSERT_TRUE(engine) << engine.error().text();
  EXPECT_THAT((*engine)->report().notes,
              testing::Contains(testing::AllOf(
                  testing::HasSubstr("programs write to " + directory.path().string()),
                  testing::HasSubstr("shares a file system with the data"))));
  std::vector<std::string> notes;
  note_shared_disk(options.data_dir, "/proc/self", notes);
  EXPECT_TRUE(notes.empty()) << "another file system";
}

TEST(Engine, ADueJobIsDispatchedOnTheGivenClock) {
  FakeClock clock;
  auto engine = Engine::start(quiet(clock));
  ASSERT_TRUE(engine) << engine.error().text();
  ASSERT_TRUE((*engine)->sequencer().call(definition("d")));
  const auto reply = (*engine)->sequencer().call(one_job("d", clock.wall()));
  ASSERT_TRUE(reply) << reply.error().text();
  // Its component is missing, so that it fails as soon as it is started.
  const Seq ended = next(reply->last);
  ASSERT_TRUE((*engine)->log().durable().wait(ended, kEngineWait));
  ASSERT_TRUE((*engine)->views().wait_for(ended, kEngineWait));
  const JobId id = std::get<scheduler::Created>(reply->outcome).jobs.front();
  const auto row = (*engine)->views().job(id);
  ASSERT_TRUE(row && *row);
  EXPECT_EQ((*row)->status, projections::JobStatus::kFailed);
}

scheduler::StartedJob lease_one(Engine& engine, const std::string& definition) {
  const auto leased = std::make_shared<std::promise<scheduler::StartedJob>>();
  dispatch::LeaseRequest request;
  request.definitions = {definition};
  request.wait = seconds(30);
  request.worker = "w";
  request.actor = "system";
  engine.dispatcher().lease(std::move(request), [leased](Result<dispatch::LeasedJobs> answer) {
    leased->set_value(answer && !answer->jobs.empty() ? std::move(answer->jobs.front())
                                                      : scheduler::StartedJob{});
  });
  return leased->get_future().get();
}

// Time goes on until the log has come so far: what was asked for at a bad moment is asked again
// later.
bool lives_until(Engine& engine, FakeClock& clock, Seq seq) {
  for (int i = 0; i < 600; ++i) {
    if (engine.log().durable().wait(seq, std::chrono::milliseconds(50))) {
      return true;
    }
    clock.advance(millis(500));
  }
  return false;
}

// The dispatcher sees that it was not run, and the log is told before a lease is given up for it.
TEST(Engine, AWorkerKeepsItsLeaseWhileTheServerStoodStill) {
  FakeClock clock;
  auto started = Engine::start(quiet(clock));
  ASSERT_TRUE(started) << started.error().text();
  Engine& engine = **started;
  scheduler::PutComponent component;
  component.component.id = "absent";
  component.component.runtime = events::Runtime::kWorker;
  component.component.spec = "{}";
  ASSERT_TRUE(engine.sequencer().call(component));
  auto wanted = definition("d");
  wanted.lease = seconds(5);
  ASSERT_TRUE(engine.sequencer().call(wanted));
  ASSERT_TRUE(engine.sequencer().call(one_job("d", clock.wall())));
  const auto job = lease_one(engine, "d");
  ASSERT_NE(job.token.started, Seq{});
  const Seq leased = engine.log().last();
  clock.pause(seconds(30));
  ASSERT_TRUE(engine.log().durable().wait(next(leased), kEngineWait));
  EXPECT_EQ(engine.sequencer().metrics().clock_away, 1U);
  const auto renewed = engine.sequencer().call(scheduler::ExtendLease{job.token, {}});
  ASSERT_TRUE(renewed) << renewed.error().text();
  EXPECT_EQ(std::get<scheduler::LeaseOutcome>(renewed->outcome).lease_until,
            clock.wall() + seconds(5));
  // From here on it is the worker's turn again.
  const Seq extended = engine.log().last();
  clock.advance(seconds(5));
  ASSERT_TRUE(lives_until(engine, clock, next(extended)));
  EXPECT_FALSE(engine.sequencer().call(scheduler::ExtendLease{job.token, {}}));
}

// Nobody asks for anything: what waits for a time of day is enough to see that the clock was set.
TEST(Engine, AClockThatIsSetIsSeenByItself) {
  FakeClock clock;
  auto started = Engine::start(quiet(clock));
  ASSERT_TRUE(started) << started.error().text();
  Engine& engine = **started;
  ASSERT_TRUE(engine.sequencer().call(definition("d")));
  const auto created = engine.sequencer().call(one_job("d", clock.wall() + seconds(300)));
  ASSERT_TRUE(created);
  clock.jump(seconds(-600));
  ASSERT_TRUE(engine.log().durable().wait(next(created->last), kEngineWait));
  EXPECT_EQ(engine.sequencer().metrics().clock_back, 1U);
  EXPECT_EQ(engine.sequencer().metrics().pending_jobs, 1U);
  clock.jump(seconds(600));
  ASSERT_TRUE(lives_until(engine, clock, next(next(created->last))));
  clock.advance(seconds(300));
  // Its component is missing, so that it fails as soon as it is started.
  ASSERT_TRUE(lives_until(engine, clock, next(next(next(created->last)))));
  EXPECT_EQ(engine.sequencer().metrics().pending_jobs, 0U);
}

TEST(Engine, ARestartGoesOnWhereItStopped) {
  FakeClock clock;
  const TempDirectory directory;
  EngineOptions options = quiet(clock);
  options.data_dir = directory.path() / "data";
  options.run_jobs = false;
  Seq last;
  {
    auto engine = Engine::start(options);
    ASSERT_TRUE(engine) << engine.error().text();
    ASSERT_TRUE((*engine)->sequencer().call(definition("d")));
    const auto reply = (*engine)->sequencer().call(one_job("d", clock.wall()));
    ASSERT_TRUE(reply);
    last = reply->last;
  }
  auto engine = Engine::start(options);
  ASSERT_TRUE(engine) << engine.error().text();
  EXPECT_EQ((*engine)->report().last, last);
  EXPECT_EQ((*engine)->report().snapshot, last);
  EXPECT_EQ((*engine)->report().events_folded, 0U);
  EXPECT_EQ((*engine)->sequencer().metrics().pending_jobs, 1U);
}

TEST(Engine, StopAnswersWhoPollsForWork) {
  FakeClock clock;
  EngineOptions options = quiet(clock);
  options.listen = true;
  auto engine = Engine::start(options);
  ASSERT_TRUE(engine) << engine.error().text();
  const std::string address = (*engine)->address();
  const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  test::HttpClient poll(port);
  const std::string body = R"({"definitions":["d"],"workerId":"w","waitMs":60000})";
  ASSERT_TRUE(
      poll.send("POST /resources/workers/lease HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                "application/json\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body));
  while ((*engine)->dispatcher().metrics().leases_waiting == 0) {
    std::this_thread::yield();
  }
  (*engine)->stop();
  const auto answered = poll.receive();
  ASSERT_TRUE(answered);
  EXPECT_EQ(answered->body, R"({"jobs":[]})");
}

TEST(Engine, AnOrderlyStopCostsNoJobItsAttempt) {
  FakeClock clock;
  const TempDirectory directory;
  EngineOptions options = quiet(clock);
  options.data_dir = directory.path() / "data";
  constexpr std::size_t kJobs = 3000;
  Seq enough;
  {
    auto engine = Engine::start(options);
    ASSERT_TRUE(engine) << engine.error().text();
    scheduler::PutComponent put;
    put.component.id = "absent";  // what definition() names
    put.component.runtime = events::Runtime::kReactor;
    put.component.spec = R"({"code":"from { }"})";
    ASSERT_TRUE((*engine)->sequencer().call(put));
    ASSERT_TRUE((*engine)->sequencer().call(definition("d")));
    scheduler::CreateJobs jobs = one_job("d", clock.wall());
    jobs.jobs.resize(kJobs, jobs.jobs.front());
    const auto reply = (*engine)->sequencer().call(jobs);
    ASSERT_TRUE(reply) << reply.error().text();
    enough = Seq{reply->last.value + 100};
    ASSERT_TRUE((*engine)->log().durable().wait(enough, kEngineWait));
  }
  auto engine = Engine::start(options);
  ASSERT_TRUE(engine) << engine.error().text();
  // Each job: started, completed.
  ASSERT_TRUE(
      (*engine)->log().durable().wait(Seq{enough.value - 100 + 1 + 2 * kJobs}, kEngineWait));
  ASSERT_TRUE((*engine)->views().wait_for((*engine)->log().last(), kEngineWait));
  const auto counts = (*engine)->views().counts("d");
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->completed, kJobs);
  EXPECT_EQ(counts->failed, 0U);
}

TEST(Engine, AFlippedBitBehindTheSnapshotIsNoticedAtTheStart) {
  FakeClock clock;
  const TempDirectory directory;
  EngineOptions options = quiet(clock);
  options.data_dir = directory.path() / "data";
  {
    auto engine = Engine::start(options);
    ASSERT_TRUE(engine) << engine.error().text();
    ASSERT_TRUE((*engine)->sequencer().call(definition("d")));
    scheduler::CreateJobs many = one_job("d", clock.wall() + hours(1));
    many.jobs.resize(10'000, many.jobs.front());
    ASSERT_TRUE((*engine)->sequencer().call(many));
    (*engine)->stop();
  }
  // The next start puts what it finds into a table, and its snapshot needs nothing of it.
  auto between = Engine::start(options);
  ASSERT_TRUE(between) << between.error().text();
  (*between)->stop();
  std::filesystem::path largest;
  for (const auto& entry : std::filesystem::directory_iterator(options.data_dir / "log")) {
    if (entry.path().extension() == ".sst" &&
        (largest.empty() || entry.file_size() > std::filesystem::file_size(largest))) {
      largest = entry.path();
    }
  }
  ASSERT_FALSE(largest.empty());
  std::fstream file(largest, std::ios::in | std::ios::out | std::ios::binary);
  const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(largest) / 2);
  file.seekg(middle);
  const char byte = static_cast<char>(file.get() ^ 4);
  file.seekp(middle);
  file.put(byte);
  file.close();
  const auto again = Engine::start(options);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::kCorrupt) << again.error().text();
}

TEST(Engine, AClockFarAheadMustBeConfirmed) {
  FakeClock clock;
  const TempDirectory directory;
  EngineOptions options = quiet(clock);
  options.data_dir = directory.path() / "data";
  ASSERT_TRUE(Engine::start(options));
  clock.advance(hours(24 * 91));
  const auto refused = Engine::start(options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "CLOCK_JUMP");
  options.accept_clock_jump = true;
  EXPECT_TRUE(Engine::start(options));
}

TEST(Engine, AFailedStartLetsGoOfTheDirectory) {
  FakeClock clock;
  const TempDirectory directory;
  EngineOptions options = quiet(clock);
  options.data_dir = directory.path() / "data";
  options.http_allowed_networks = {"not a network"};
  EXPECT_FALSE(Engine::start(options));
  options.http_allowed_networks.clear();
  EXPECT_TRUE(Engine::start(options));
}

TEST(Engine, OnlyLoopbackIsListenedOn) {
  FakeClock clock;
  EngineOptions options = quiet(clock);
  options.listen = true;
  options.host = "0.0.0.0";
  EXPECT_FALSE(Engine::start(options));
}

}  // namespace
}  // namespace daybook::cli
