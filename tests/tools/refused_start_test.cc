// A start that refuses, and every command that reads, leave the directory byte for byte as it was;
// one that does not refuse shows what was there.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "replay/ndjson.h"
#include "tests/log/damage.h"
#include "tests/log/rig.h"
#include "tests/tools/command_line.h"
#include "tools/daybook/engine.h"
#include "tools/daybook/stopped_log.h"

namespace daybook::cli {
namespace {

using log::rig::difference;
using log::rig::tree_of;

constexpr std::chrono::seconds kWait{60};
constexpr Duration kYear{365LL * 86'400 * 1'000'000};

class RefusedStart : public testing::Test {
 protected:
  // Three lives, each with a definition and jobs; tables, write-ahead log, views, a snapshot.
  void SetUp() override {
    for (int life = 0; life < 3; ++life) {
      auto engine = start();
      ASSERT_TRUE(engine) << engine.error().text();
      scheduler::PutDefinition definition;
      definition.definition = "d" + std::to_string(life);
      definition.component = "absent";
      ASSERT_TRUE((*engine)->sequencer().call(std::move(definition)));
      for (int i = 0; i < 5; ++i) {
        scheduler::CreateJobs jobs;
        jobs.jobs.emplace_back();
        jobs.jobs.back().definition = "d0";
        jobs.jobs.back().run_at = clock_.wall();
        const auto reply = (*engine)->sequencer().call(std::move(jobs));
        ASSERT_TRUE(reply) << reply.error().text();
        ASSERT_TRUE((*engine)->views().wait_for(reply->last, kWait));
        job_ = std::get<scheduler::Created>(reply->outcome).jobs.front().text();
      }
      list_ = jobs(**engine);
    }
  }

  Result<std::unique_ptr<Engine>> start(const std::filesystem::path& where = {}) {
    EngineOptions options;
    options.data_dir = where.empty() ? data() : where;
    options.listen = false;
    options.run_jobs = false;
    options.retention = false;
    options.clock = &clock_;
    options.temp_dir = temp_.path();
    options.disk_floor = kDiskFloorBytesMin;
    options.disk_watermark = 2 * kDiskFloorBytesMin;
    return Engine::start(std::move(options));
  }
  std::string jobs(Engine& engine) {
    EXPECT_TRUE(engine.views().wait_for(engine.log().last(), kWait));
    const auto page = engine.views().jobs({}, {1000, "", ""});
    EXPECT_TRUE(page) << page.error().text();
    std::string out;
    for (const auto& row : page ? page->rows : std::vector<projections::JobRow>()) {
      out += row.job.text() + " " + row.definition + "\n";
    }
    return out;
  }
  std::filesystem::path data() const { return dir_ / "data"; }
  std::filesystem::path copy() const { return dir_ / "copy"; }
  void fresh_copy() {
    std::filesystem::remove_all(copy());
    log::rig::copy_tree(data(), copy());
  }

  // Each command that reads a stopped server's directory.
  std::vector<std::vector<std::string>> reading_commands() {
    const std::string at = copy().string();
    return {{"log", "verify", "--data-dir", at},
            {"log", "dump", "--data-dir", at},
            {"log", "export", "--data-dir", at},
            {"log", "explain", job_, "--data-dir", at},
            {"replay", "--data-dir", at},
            {"replay", "--data-dir", at, "--compare"},
            {"replay", "job", "--all", "--data-dir", at},
            {"replay", "rule", "--all", "--data-dir", at},
            {"backup", "--data-dir", at, "--to", (dir_ / "backup").string()}};
  }
  void read_with_all(const std::string& what) {
    const auto before = tree_of(copy());
    for (const auto& command : reading_commands()) {
      std::filesystem::remove_all(dir_ / "backup");
      const Ran ran = run_line(command);
      ASSERT_EQ(difference(before, tree_of(copy())), "")
          << what << ": " << testing::PrintToString(command) << " " << ran.code << ran.err;
    }
  }
  // "refused REASON" or "same".
  std::string try_start(const std::string& what) {
    const auto before = tree_of(copy());
    auto engine = start(copy());
    if (!engine) {
      EXPECT_EQ(difference(before, tree_of(copy())), "") << what << ": " << engine.error().text();
      return "refused " + engine.error().reason;
    }
    EXPECT_EQ(jobs(**engine), list_) << what;
    return "same";
  }

  const log::rig::TempDir dir_;
  const log::rig::TempDir temp_;
  FakeClock clock_;
  std::string job_;
  std::string list_;
};

TEST_F(RefusedStart, CommandsThatReadLeaveASoundDirectoryAsItIs) {
  fresh_copy();
  const auto before = tree_of(copy());
  for (const auto& command : reading_commands()) {
    const Ran ran = run_line(command);
    EXPECT_EQ(ran.code, 0) << testing::PrintToString(command) << ran.err;
    EXPECT_EQ(difference(before, tree_of(copy())), "") << testing::PrintToString(command);
  }
  EXPECT_EQ(try_start("sound"), "same");
}

TEST_F(RefusedStart, EveryDamageIsRefusedUntouchedOrMakesNoDifference) {
  log::rig::DamageOptions options;
  options.every_up_to = 128;
  options.about = 48;
  const auto all = log::rig::all_damage(tree_of(data()), options, [](const std::string& name) {
    return name != "owner" && name != "reserve" && name.find("/LO") == std::string::npos;
  });
  int refused = 0;
  int tried = 0;
  for (std::size_t i = 0; i < all.size() && !HasFailure(); i += DAYBOOK_DAMAGE_STRIDE) {
    fresh_copy();
    log::rig::apply(all[i], copy());
    read_with_all(all[i].what);
    refused += try_start(all[i].what) == "same" ? 0 : 1;
    ++tried;
  }
  std::cout << tried << " of " << all.size() << ", " << refused << " refused\n";
  EXPECT_GT(refused, 0);
  EXPECT_LT(refused, tried);
}

// What is refused although the log is sound.
TEST_F(RefusedStart, ByTheClockWritesNothing) {
  fresh_copy();
  clock_.jump(kYear);
  EXPECT_EQ(try_start("clock"), "refused CLOCK_JUMP");
  clock_.jump(Duration{-kYear.value});
  EXPECT_EQ(try_start("clock"), "same");
}

TEST_F(RefusedStart, AnInterruptedImportIsRefusedUntilItIsFinished) {
  const std::string file = (dir_ / "export.ndjson").string();
  ASSERT_EQ(run_line({"log", "export", "--data-dir", data().string(), "--out", file}).code, 0);
  const std::string text = log::rig::slurp(file);
  const auto target = dir_ / "imported";
  const std::string at = target.string();
  // Cut behind a line in the middle, and inside one: the import ends with an error or is killed.
  const std::string part = text.substr(0, text.find('\n', text.size() / 2) + 20);
  log::rig::spill(dir_ / "part.ndjson", part);
  const Ran broken = run_line({"log", "import", (dir_ / "part.ndjson").string(), "--data-dir", at});
  EXPECT_NE(broken.code, 0);
  EXPECT_THAT(run_line({"log", "dump", "--data-dir", at}).err, testing::HasSubstr("UNFINISHED"));
  const auto before = tree_of(target);
  const auto engine = start(target);
  ASSERT_FALSE(engine);
  EXPECT_EQ(engine.error().reason, "UNFINISHED");
  EXPECT_THAT(engine.error().message, testing::HasSubstr("repeat the import"));
  EXPECT_EQ(difference(before, tree_of(target)), "");
  {
    // As a kill leaves it: some records, and the mark.
    const auto killed = StoppedLog::open_to_import(target);
    ASSERT_TRUE(killed) << killed.error().text();
  }
  const Ran whole = run_line({"log", "import", file, "--data-dir", at});
  ASSERT_EQ(whole.code, 0) << whole.err;
  EXPECT_EQ(run_line({"log", "export", "--data-dir", at}).out, text);
  EXPECT_EQ(run_line({"log", "import", file, "--data-dir", at}).code, 0) << "once more";
  auto started = start(target);
  ASSERT_TRUE(started) << started.error().text();
  EXPECT_EQ(jobs(**started), list_);
}

// An import that fails before it wrote leaves a log that was whole before as it was.
TEST_F(RefusedStart, AnImportThatIsRefusedLeavesALogThatCanStart) {
  fresh_copy();
  log::rig::spill(dir_ / "bad.ndjson", "{}\n");
  EXPECT_NE(
      run_line({"log", "import", (dir_ / "bad.ndjson").string(), "--data-dir", copy().string()})
          .code,
      0);
  EXPECT_EQ(try_start("after it"), "same");
}

TEST_F(RefusedStart, AVolumeThatIsTooSmallSaysSo) {
  EngineOptions options;
  options.data_dir = data();
  options.listen = false;
  options.run_jobs = false;
  options.clock = &clock_;
  options.disk_watermark = std::uint64_t{1} << 50;
  const auto engine = Engine::start(std::move(options));
  ASSERT_TRUE(engine) << engine.error().text();
  EXPECT_THAT((*engine)->report().notes,
              testing::Contains(testing::HasSubstr("disk-watermark is 1125899906842624")));
}

// What is there is a part, and stays one until the export was read at least to where it ends.
TEST_F(RefusedStart, OnlyAWholeImportEndsAnInterruptedOne) {
  const std::string file = (dir_ / "export.ndjson").string();
  ASSERT_EQ(run_line({"log", "export", "--data-dir", data().string(), "--out", file}).code, 0);
  const std::string text = log::rig::slurp(file);
  const std::string at = (dir_ / "imported").string();
  const auto import = [&](std::string_view part) {
    log::rig::spill(dir_ / "part.ndjson", part);
    return run_line({"log", "import", (dir_ / "part.ndjson").string(), "--data-dir", at});
  };
  const auto marked = [&] {
    return run_line({"log", "verify", "--data-dir", at}).err.find("UNFINISHED") !=
           std::string::npos;
  };
  {
    // Killed when it held the first half.
    log::rig::spill(dir_ / "half", text.substr(0, text.find('\n', text.size() / 2) + 1));
    const auto killed = StoppedLog::open_to_import(at);
    ASSERT_TRUE(killed) << killed.error().text();
    std::ifstream half(dir_ / "half");
    ASSERT_TRUE(replay::import_ndjson(half, (*killed)->log()));
  }
  const std::string_view all = text;
  const std::size_t line = text.find('\n') + 1;
  for (const std::string_view part : {all.substr(0, line), all.substr(0, line + 20),
                                      all.substr(0, text.find('\n', text.size() / 2) + 20),
                                      std::string_view(), std::string_view("{}\n")}) {
    for (int again = 0; again < 2; ++again) {
      const Ran ran = import(part);
      EXPECT_NE(ran.code, 0) << part.size();
      EXPECT_TRUE(marked()) << part.size() << " " << ran.err;
    }
  }
  EXPECT_THAT(import(all.substr(0, line)).err, testing::HasSubstr("IMPORT_TOO_SHORT"));
  const Ran whole = import(all);
  ASSERT_EQ(whole.code, 0) << whole.err;
  EXPECT_FALSE(marked());
  EXPECT_EQ(run_line({"log", "export", "--data-dir", at}).out, text);
  // Into a log that is whole, a part of it changes nothing.
  EXPECT_EQ(import(all.substr(0, line)).code, 0);
  EXPECT_FALSE(marked());
}

}  // namespace
}  // namespace daybook::cli
