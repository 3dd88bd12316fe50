// Each row of the table of threads (docs/architecture.md): its failure is planted in a whole
// server.
#include <pthread.h>

#include <array>
#include <fstream>
#include <future>
#include <mutex>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include "base/sha256.h"
#include "components/guarded_rules.h"
#include "log/dir_lock.h"
#include "tests/support/http_client.h"
#include "tests/support/no_threads.h"
#include "tests/tools/temp_directory.h"
#include "tools/daybook/engine.h"

namespace daybook::cli {
namespace {

using testing::HasSubstr;

constexpr std::chrono::seconds kFaultWait{30};

// Which thread cannot read the log any more, and why.
struct Plant {
  std::mutex mutex;
  std::string victim;
  Error error;

  void on(std::string_view thread, Code code) {
    const std::lock_guard lock(mutex);
    victim = thread;
    error = make_error(code, "PLANTED", "a fault that the test planted");
  }
  Status check() {
    std::array<char, 16> name{};
    pthread_getname_np(pthread_self(), name.data(), name.size());
    const std::lock_guard lock(mutex);
    return !victim.empty() && victim == name.data() ? fail(error) : Status();
  }
};

class PlantedLog final : public log::Log {
 public:
  PlantedLog(std::unique_ptr<log::Log> inner, Plant& plant)
      : inner_(std::move(inner)), plant_(plant) {}

  Seq first() const override { return inner_->first(); }
  Seq last() const override { return inner_->last(); }
  Hash last_chain() const override { return inner_->last_chain(); }
  const Watermark& durable() const override { return inner_->durable(); }
  const log::Tail& tail() const override { return inner_->tail(); }
  Status append(const events::Group& group) override {
    DAYBOOK_TRY(plant_.check());
    return inner_->append(group);
  }
  Result<std::unique_ptr<log::Cursor>> read(Seq from) override {
    DAYBOOK_ASSIGN(auto cursor, inner_->read(from));
    return std::make_unique<Cursor>(std::move(cursor), plant_);
  }
  Status trim(Seq through) override { return inner_->trim(through); }

 private:
  class Cursor final : public log::Cursor {
   public:
    Cursor(std::unique_ptr<log::Cursor> inner, Plant& plant)
        : inner_(std::move(inner)), plant_(plant) {}
    Result<bool> next(events::RecordView& out) override {
      DAYBOOK_TRY(plant_.check());
      return inner_->next(out);
    }

   private:
    const std::unique_ptr<log::Cursor> inner_;
    Plant& plant_;
  };

  const std::unique_ptr<log::Log> inner_;
  Plant& plant_;
};

class EngineFaults : public testing::Test {
 protected:
  ~EngineFaults() override { engine.reset(); }

  void start() {
    options.clock = &clock;
    options.tail_bytes = 0;  // what follows the log reads it
    options.wrap_log = [this](std::unique_ptr<log::Log> log) {
      return std::make_unique<PlantedLog>(std::move(log), plant);
    };
    options.on_fatal = [this](const Error& error) { ended.set_value(error); };
    auto started = Engine::start(options);
    ASSERT_TRUE(started) << started.error().text();
    engine = std::move(*started);
    const std::string address = engine->address();
    port = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  }
  test::HttpReply get(const std::string& target) {
    test::HttpClient client(port);
    auto reply = client.call("GET", target);
    EXPECT_TRUE(reply) << target;
    return reply.value_or(test::HttpReply());
  }
  Result<scheduler::Reply> put_rule() {
    scheduler::PutComponent component;
    component.component.id = "r.hrule";
    component.component.runtime = events::Runtime::kReactor;
    component.component.spec = R"({"code":"param input: OnJobCreated\nfrom []\n"})";
    component.component.spec_hash = sha256(component.component.spec);
    DAYBOOK_TRY(engine->sequencer().call(std::move(component)));
    scheduler::PutRule rule;
    rule.rule = "r";
    rule.components.push_back({"r.hrule", "{}"});
    return engine->sequencer().call(std::move(rule));
  }
  Result<scheduler::Reply> write() {
    scheduler::PutDefinition put;
    put.definition = "d";
    put.component = "absent";
    return engine->sequencer().call(std::move(put));
  }
  Error end() {
    auto future = ended.get_future();
    EXPECT_EQ(future.wait_for(kFaultWait), std::future_status::ready);
    return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready ? future.get()
                                                                                 : Error();
  }

  FakeClock clock;
  Plant plant;
  EngineOptions options;
  std::promise<Error> ended;
  std::unique_ptr<Engine> engine;
  std::uint16_t port = 0;
};

struct Reader {
  std::string thread;
  std::string part;  // as it stands in /health/ready
};

class EngineReaders : public EngineFaults, public testing::WithParamInterface<Reader> {};

// A thread that follows the log and meets a record that is not what was written.
TEST_P(EngineReaders, OneThatCannotReadTheLogEndsTheServer) {
  start();
  ASSERT_TRUE(put_rule());
  ASSERT_EQ(get("/health/ready").status, 200);
  plant.on(GetParam().thread, Code::kCorrupt);
  ASSERT_TRUE(write());
  EXPECT_EQ(end().reason, "PLANTED");
  const std::string part = R"({"part":")" + GetParam().part + R"(","code":"PLANTED")";
  test::HttpReply ready;
  do {
    ready = get("/health/ready");
  } while (ready.body.find(part) == std::string::npos);
  EXPECT_EQ(ready.status, 503);
}

INSTANTIATE_TEST_SUITE_P(Threads, EngineReaders,
                         testing::Values(Reader{"dispatch", "dispatcher"},
                                         Reader{"outbox", "outbox"}, Reader{"rules", "rules"},
                                         Reader{"views", "views"}),
                         [](const auto& row) { return row.param.part; });

TEST_F(EngineFaults, AReadForAClientThatMeetsDamageEndsTheServer) {
  start();
  ASSERT_TRUE(write());
  plant.on("query", Code::kCorrupt);
  EXPECT_EQ(get("/resources/events").status, 500);
  EXPECT_EQ(end().code, Code::kCorrupt);
  EXPECT_EQ(get("/health/ready").status, 503);
}

TEST_F(EngineFaults, AReadOfAFailingDeviceEndsTheServer) {
  start();
  ASSERT_TRUE(write());
  plant.on("query", Code::kIo);
  EXPECT_EQ(get("/resources/events").status, 500);
  EXPECT_EQ(end().code, Code::kIo);
}

TEST_F(EngineFaults, AnAppendThatFailsEndsTheServer) {
  start();
  plant.on("sequencer", Code::kIo);
  EXPECT_EQ(write().error().reason, "OUTCOME_UNKNOWN");
  EXPECT_EQ(end().reason, "PLANTED");
  EXPECT_THAT(get("/health/ready").body, HasSubstr(R"("part":"write path")"));
}

TEST_F(EngineFaults, ASnapshotThatIsNotWrittenIsToldOf) {
  const TempDirectory directory;
  options.data_dir = directory.path() / "data";
  options.snapshot_events = 1;
  start();
  const auto snapshots = options.data_dir / "snapshots";
  do {  // the one at the start may still be under way
    std::filesystem::remove_all(snapshots);
    std::ofstream(snapshots) << "in the way";
  } while (std::filesystem::is_directory(snapshots));
  while (get("/health/ready").status == 200) {
    ASSERT_TRUE(write());
  }
  EXPECT_THAT(get("/health/ready").body,
              HasSubstr(R"("faults":[{"part":"snapshots","code":"SNAPSHOT_FAILED")"));
  std::filesystem::remove(snapshots);
  while (get("/health/ready").status != 200) {
    ASSERT_TRUE(write());
  }
}

// As three starts leave it that each ended in a run of the rule, whichever event it was for.
std::string lost_runs() {
  constexpr std::uint64_t kEvents = 64;
  std::string out(sizeof(Hash), '\0');  // none goes on
  for (std::uint64_t on = 1; on <= kEvents; ++on) {
    const Hash run = sha256(components::rule_identity("r", "r.hrule", Seq{on}));
    const std::uint32_t losses = components::kRuleLossesMax;
    out.append(reinterpret_cast<const char*>(run.data()), run.size());
    out.append(reinterpret_cast<const char*>(&losses), sizeof losses);
  }
  return out;
}

TEST_F(EngineFaults, ARunOfARuleThatIsSetAsideIsToldOfAndTheServerIsReady) {
  const TempDirectory directory;
  options.data_dir = directory.path() / "data";
  start();
  ASSERT_TRUE(put_rule());
  ASSERT_TRUE(write());
  engine.reset();
  std::ofstream(options.data_dir / "rule-run", std::ios::binary) << lost_runs();
  start();
  EXPECT_THAT(get("/health/ready").body, HasSubstr(R"("faults":[])"));
  scheduler::CreateJobs jobs;
  scheduler::NewJob& job = jobs.jobs.emplace_back();
  job.definition = "d";
  job.run_at = clock.wall();
  ASSERT_TRUE(engine->sequencer().call(std::move(jobs)));
  test::HttpReply ready;
  do {
    ready = get("/health/ready");
  } while (ready.body.find("RULE_LOST") == std::string::npos);
  EXPECT_EQ(ready.status, 200);
  EXPECT_THAT(ready.body, HasSubstr(R"("part":"rule r r.hrule )"));
}

// From that step of the start on the system gives no thread.
class NoThreadsFrom final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit NoThreadsFrom(const std::string& step) : line_("starting: " + step) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (std::string_view(message.payload.data(), message.payload.size()) == line_) {
      none_.emplace();
    }
  }
  void flush_() override {}

 private:
  const std::string line_;
  std::optional<test::NoThreads> none_;
};

class EngineSteps : public EngineFaults, public testing::WithParamInterface<const char*> {};

TEST_P(EngineSteps, AStartWithoutThreadsIsRefusedAndLeavesNothing) {
  const TempDirectory directory;
  options.data_dir = directory.path() / "data";
  start();
  engine.reset();
  const auto before = spdlog::default_logger();
  auto logger =
      std::make_shared<spdlog::logger>("test", std::make_shared<NoThreadsFrom>(GetParam()));
  logger->set_level(spdlog::level::debug);
  spdlog::set_default_logger(logger);
  logger.reset();
  const auto refused = Engine::start(options);
  spdlog::set_default_logger(before);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "NO_THREAD") << refused.error().text();
  // Nothing holds the directory. No second start here: RocksDB's threads are the process's, and a
  // refused start is its end.
  EXPECT_TRUE(log::DirLock::take(options.data_dir));
}

INSTANTIATE_TEST_SUITE_P(Steps, EngineSteps,
                         testing::Values("log", "views", "runtimes", "sequencer", "dispatcher",
                                         "rules", "outbox", "api"),
                         [](const auto& row) { return std::string(row.param); });

}  // namespace
}  // namespace daybook::cli
