// Opening, checkpoints, failures and rebuilds.
#include <thread>

#include <gmock/gmock.h>
#include <rocksdb/db.h>

#include "base/limits/views.h"
#include "base/supervisor.h"
#include "projections/component_list.h"
#include "projections/folder.h"
#include "projections/job_list.h"
#include "projections/rebuild.h"
#include "tests/projections/random_lives.h"
#include "tests/projections/views_rig.h"

namespace daybook::projections {
namespace {

class Recovery : public ViewsTest {
 protected:
  static constexpr std::size_t kLargeBytes = 16 * 1024;

  void live(int steps, std::uint64_t seed = 7) {
    RandomLives lives(s, seed);
    for (int i = 0; i < steps; ++i) {
      lives.step();
    }
  }
  // Jobs of which about two thousand fill a fold batch.
  void create_large(int jobs) {
    const std::string parameters = "\"" + std::string(kLargeBytes - 2, 'x') + "\"";
    for (int i = 0; i < jobs; ++i) {
      events::JobCreated e;
      e.job = JobId::make(s.now, 0, next(s.last()));
      e.definition = "d";
      e.parameters = {parameters};
      s.queue(e);
    }
    s.flush();
  }
  ProjectionStatus status(const std::string& name) {
    for (const ProjectionStatus& row : r.views->status()) {
      if (row.name == name) {
        return row;
      }
    }
    ADD_FAILURE() << "no projection " << name;
    return {};
  }
  // Puts the job list into a table file of its own below level 0, as a compaction of more jobs
  // does.
  static Checkpoint settle(RocksStore& store) {
    Checkpoint out = **store.checkpoint(1);
    out.generation = 7;
    Batch batch;
    batch.begin({1, 7});
    const auto view = store.view(1);
    const auto walker = (*view)->walk({}, {});
    for (walker->seek({}); walker->valid(); walker->next()) {
      batch.put(walker->key(), walker->value());
    }
    batch.sort();
    EXPECT_TRUE(store.write(batch, {}));
    EXPECT_TRUE(store.write(Batch(), std::array{std::pair(RocksStore::ProjectionId{1}, out)}));
    EXPECT_TRUE(store.flush());
    return out;
  }
  // Changes the closed store as a stranger would: merge operands are written as they are.
  void meddle(const std::function<void(rocksdb::DB&)>& how) {
    rocksdb::DB* raw = nullptr;
    rocksdb::Options options;
    options.merge_operator = rocksdb::Options().merge_operator;
    ASSERT_TRUE(rocksdb::DB::Open(options, r.folder.string(), &raw).ok());
    const std::unique_ptr<rocksdb::DB> db(raw);
    how(*db);
    ASSERT_TRUE(db->Flush(rocksdb::FlushOptions()).ok());
  }
};

TEST_F(Recovery, StatusNamesEveryProjectionAndWhereItIs) {
  live(20);
  r.now();
  const auto rows = r.views->status();
  ASSERT_EQ(rows.size(), 9U);
  for (const ProjectionStatus& row : rows) {
    EXPECT_EQ(row.state, ProjectionState::kLive) << row.name;
    EXPECT_EQ(row.applied, r.log.last());
    EXPECT_TRUE(row.error.empty());
    EXPECT_GE(row.version, 1U);
  }
}

TEST_F(Recovery, StopMakesEverythingDurable) {
  live(50);
  r.now();
  r.stop();
  auto opened = r.try_open();
  ASSERT_TRUE(opened);
  EXPECT_EQ((*opened)->applied(), r.log.last());
  EXPECT_EQ((*opened)->durable(), r.log.last());
}

TEST_F(Recovery, DurableNamesOnlyWhatACrashLeaves) {
  live(50);
  r.now();
  EXPECT_EQ(r.views->durable(), Seq{0});
  ASSERT_TRUE(r.views->flush());
  const Seq flushed = r.views->durable();
  EXPECT_EQ(flushed, r.log.last());
  live(5, 8);
  r.now();
  EXPECT_EQ(r.views->durable(), flushed);
  r.kill();
  auto opened = r.try_open();
  ASSERT_TRUE(opened);
  EXPECT_EQ((*opened)->applied(), flushed);
}

TEST_F(Recovery, ViewsThatAreDeletedComeBackTheSame) {
  live(100);
  const auto digests = r.digests();
  r.kill();
  std::filesystem::remove_all(r.folder);
  r.open();
  EXPECT_EQ(r.digests(), digests);
}

TEST_F(Recovery, ViewsThatCannotBeOpenedAreMadeAnew) {
  live(100);
  const auto digests = r.digests();
  r.stop();
  for (const auto& entry : std::filesystem::directory_iterator(r.folder)) {
    if (entry.path().filename() == "CURRENT") {
      std::filesystem::resize_file(entry.path(), 3);
    }
  }
  r.open();
  EXPECT_EQ(r.digests(), digests);
}

TEST_F(Recovery, AStoreWithoutSpaceIsToldOfAndHealsByItself) {
  Supervisor supervisor;
  r.options.supervisor = &supervisor;
  r.options.faults = std::make_shared<StoreFaults>();
  r.options.write_buffer_bytes = 64 * 1024;
  r.stop();
  r.open();
  live(20);
  r.now();
  r.options.faults->no_space = true;
  while (supervisor.faults().empty()) {
    create_large(20);
    std::this_thread::yield();
  }
  EXPECT_EQ(supervisor.faults().front().part, "views' store");
  EXPECT_EQ(supervisor.faults().front().consequence, Consequence::kDegraded);
  EXPECT_EQ(status("jobs").state, ProjectionState::kFailed);
  EXPECT_THAT(status("jobs").error, testing::HasSubstr("No space"));
  EXPECT_FALSE(r.views->rebuild("jobs", {}));
  live(20, 8);
  r.options.faults->no_space = false;
  const auto digests = r.digests();
  EXPECT_TRUE(supervisor.faults().empty());
  EXPECT_EQ(status("jobs").state, ProjectionState::kLive);
  // Nothing was folded twice, and nothing left out.
  r.stop();
  std::filesystem::remove_all(r.folder);
  r.open();
  EXPECT_EQ(r.digests(), digests);
}

TEST_F(Recovery, WaitEndsWhenTheViewsLag) {
  live(3);
  const Status status = r.views->wait_for(Seq{1'000'000}, std::chrono::milliseconds(1));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Code::kUnavailable);
  EXPECT_EQ(status.error().reason, "PROJECTION_LAGS");
}

TEST_F(Recovery, CheckpointAheadOfTheLogIsSealed) {
  live(100);
  r.now();
  r.stop();
  log::MemoryLog shorter;
  Story other(shorter);
  other.create("d");
  ViewsOptions options;
  options.directory = r.folder;
  auto opened = Views::open(options, shorter);
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ((*opened)->applied(), Seq{0});
  (*opened)->start();
  ASSERT_TRUE((*opened)->wait_for(shorter.last(), std::chrono::seconds(10)));
  EXPECT_EQ((*opened)->counts("")->pending, 1U);
  EXPECT_EQ((*opened)->jobs({}, {})->rows.size(), 1U);
}

TEST_F(Recovery, CheckpointOfAnotherLogIsSealed) {
  s.create("mine");
  r.now();
  r.stop();
  log::MemoryLog other;
  Story story(other);
  story.create("theirs");
  story.create("theirs");
  ViewsOptions options;
  options.directory = r.folder;
  auto opened = Views::open(options, other);
  ASSERT_TRUE(opened);
  EXPECT_EQ((*opened)->applied(), Seq{0});
  (*opened)->start();
  ASSERT_TRUE((*opened)->wait_for(other.last(), std::chrono::seconds(10)));
  EXPECT_EQ((*opened)->counts("mine")->pending, 0U);
  EXPECT_EQ((*opened)->counts("theirs")->pending, 2U);
}

TEST_F(Recovery, CheckpointOfAnotherVersionIsSealed) {
  live(50);
  const auto digests = r.digests();
  r.stop();
  meddle([](rocksdb::DB& db) {
    const std::string key{'\0', '\1'};
    std::string value;
    ASSERT_TRUE(db.Get({}, key, &value).ok());
    value[8] = 99;  // the version stands behind the sequence number
    ASSERT_TRUE(db.Put({}, key, value).ok());
  });
  auto opened = r.try_open();
  ASSERT_TRUE(opened);
  EXPECT_EQ((*opened)->applied(), Seq{0});
  opened->reset();
  r.open();
  EXPECT_EQ(r.digests(), digests);
}

// What a store of before there were tokens looks like: no event before it is of one, so nothing of
// the log is needed, be it trimmed or long.
TEST_F(Recovery, StoreThatLacksTheTokensGoesOnFromWhereItStands) {
  live(200);
  r.now();
  ASSERT_TRUE(r.views->flush());
  ASSERT_TRUE(r.log.trim(Seq{10}));
  r.stop();
  meddle([](rocksdb::DB& db) {
    const rocksdb::WriteOptions how;
    ASSERT_TRUE(db.Delete(how, std::string{'\0', '\11'}).ok());
    ASSERT_TRUE(db.DeleteRange(how, db.DefaultColumnFamily(), "\11", "\12").ok());
  });
  const auto stale = Views::open_to_read(r.options, r.log);
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().reason, "VIEWS_STALE");
  auto opened = r.try_open();
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ((*opened)->applied(), r.log.last());
  opened->reset();
  r.open();
  EXPECT_TRUE(r.now().tokens({})->rows.empty());
  s.put(events::TokenCreated{"later", {}, {"jobs:read"}, sha256("s"), {}});
  EXPECT_EQ(r.now().tokens({})->rows.size(), 1U);
}

TEST_F(Recovery, TrimmedLogRefusesViewsThatNeedWhatIsGone) {
  live(100);
  r.now();
  ASSERT_TRUE(r.log.trim(Seq{10}));
  r.kill();
  auto refused = r.try_open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kNotFound);
  EXPECT_EQ(refused.error().reason, "LOG_TRIMMED");
  EXPECT_NE(refused.error().message.find("the archive that ends with 10, then those before it "
                                         "(daybook log restore-archive FILE --data-dir DIR)"),
            std::string::npos)
      << refused.error().message;
}

TEST_F(Recovery, TrimmedLogRefusesAViewOfAnotherVersionAndKeepsTheOldOne) {
  live(100);
  r.now();  // a view without a checkpoint would need the log's beginning
  ASSERT_TRUE(r.views->flush());
  ASSERT_TRUE(r.log.trim(Seq{10}));
  r.stop();
  const auto set_version = [](char version, char& before) {
    return [version, &before](rocksdb::DB& db) {
      const std::string key{'\0', '\1'};
      std::string value;
      ASSERT_TRUE(db.Get({}, key, &value).ok());
      before = value[8];  // the version stands behind the sequence number
      value[8] = version;
      ASSERT_TRUE(db.Put({}, key, value).ok());
    };
  };
  char version = 0;
  meddle(set_version(99, version));
  const auto refused = r.try_open();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, "LOG_TRIMMED");
  EXPECT_NE(refused.error().message.find("daybook log restore-archive"), std::string::npos);
  // The release that wrote it still can go on.
  char upgraded = 0;
  meddle(set_version(version, upgraded));
  const auto opened = r.try_open();
  EXPECT_TRUE(opened) << opened.error().text();
}

TEST_F(Recovery, TrimmedLogOpensViewsThatAreBeyondIt) {
  live(100);
  const auto digests = r.digests();
  ASSERT_TRUE(r.views->flush());
  ASSERT_TRUE(r.log.trim(Seq{10}));
  r.kill();
  r.open();
  EXPECT_EQ(r.digests(), digests);
  ASSERT_TRUE(r.log.trim(r.log.last()));
  r.stop();
  r.open();
  EXPECT_EQ(r.digests(), digests);
}

TEST_F(Recovery, ProjectionWhoseFoldFailsStopsAloneAndVisibly) {
  s.create("d");
  r.now();
  // A start of a job that never was: the job list and the statistics cannot fold it, the others
  // can.
  s.start(JobId::make(s.now, 0, Seq{1'000'000}), "nobody");
  s.definition("after");
  const Seq failed_at{2};
  const auto others = r.now().definitions({});
  ASSERT_TRUE(others);
  EXPECT_EQ(others->rows.size(), 1U);
  EXPECT_EQ(status("jobs").state, ProjectionState::kFailed);
  EXPECT_NE(status("jobs").error.find("BAD_FOLD"), std::string::npos);
  EXPECT_LT(status("jobs").applied, failed_at);
  EXPECT_EQ(status("definitions").state, ProjectionState::kLive);
  const auto jobs = r.views->jobs({}, {});
  ASSERT_FALSE(jobs);
  EXPECT_EQ(jobs.error().code, Code::kUnavailable);
  EXPECT_EQ(jobs.error().reason, "PROJECTION_FAILED");
  EXPECT_LT(r.views->durable(), failed_at);
}

TEST_F(Recovery, RebuildOfEveryProjectionIsIdentical) {
  live(300);
  const auto digests = r.digests();
  for (const ProjectionStatus& each : r.views->status()) {
    const std::string& name = each.name;
    const auto report = r.views->rebuild(name, nullptr);
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_TRUE(report->identical) << name << ": " << report->first_difference;
    EXPECT_EQ(report->as_of, r.log.last());
    EXPECT_EQ(report->events, r.log.last().value);
  }
  EXPECT_EQ(r.digests(), digests);
  live(50, 9);
  const auto more = r.digests();
  r.stop();
  r.open();
  EXPECT_EQ(r.digests(), more);
}

TEST_F(Recovery, PlantedDifferenceIsFoundAndNamedAndGoneAfterwards) {
  const JobId job = s.create("d");
  r.now();
  const auto digests = r.digests();
  r.stop();
  meddle([&](rocksdb::DB& db) {
    // An index entry of the job list that no job has: status completed, the job's key.
    std::string key{'\1', '\1', 'S', '\2'};
    key.append(7, '\0').push_back(static_cast<char>(job.key().value));
    ASSERT_TRUE(db.Put({}, key, "").ok());
  });
  r.open();
  EXPECT_NE(r.digests(), digests);
  const auto report = r.views->rebuild("jobs", nullptr);
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_FALSE(report->identical);
  EXPECT_NE(report->first_difference.find("53020000000000000001"), std::string::npos)
      << report->first_difference;
  EXPECT_EQ(r.digests(), digests);
  EXPECT_TRUE(r.views->rebuild("jobs", nullptr)->identical);
}

// Whatever stands on the disk while a rebuild swaps, the next start finds every row in it.
TEST_F(Recovery, ACrashAtAnyStepOfARebuildLosesNothing) {
  namespace fs = std::filesystem;
  live(100);
  create_large(400);
  r.now();
  const auto digests = r.digests();
  r.stop();
  std::vector<fs::path> images;
  std::mutex taking;
  bool take = false;
  RocksStore::Options options{r.folder, 16 << 20, 4 << 20};
  options.before_change = [&] {
    const std::lock_guard lock(taking);
    if (take) {
      images.push_back(r.folder.string() + ".image" + std::to_string(images.size()));
      fs::create_directory(images.back());
      std::error_code gone;
      for (const auto& entry : fs::directory_iterator(r.folder)) {
        fs::copy(entry.path(), images.back() / entry.path().filename(), gone);
      }
    }
  };
  {
    auto store = RocksStore::open(options);
    ASSERT_TRUE(store) << store.error().text();
    Folder folder(**store, r.log, nullptr);
    const Checkpoint checkpoint = settle(**store);
    ASSERT_TRUE(folder.add(
        1, [] { return std::make_unique<JobList>(8 << 20); }, checkpoint));
    take = true;
    const auto report = Rebuild(**store, r.log, folder, *folder.slots().front()).run(nullptr);
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_TRUE(report->identical);
    take = false;
  }
  ASSERT_FALSE(images.empty());
  images.push_back(r.folder.string() + ".end");
  fs::copy(r.folder, images.back());
  for (const fs::path& image : images) {
    r.views.reset();
    fs::remove_all(r.folder);
    fs::rename(image, r.folder);
    r.open();
    EXPECT_EQ(r.digests(), digests) << image;
  }
}

// Not the one that took its place.
TEST_F(Recovery, DamageInAGenerationThatWasReplacedFailsNothing) {
  live(20);
  r.now();
  r.stop();
  auto store = RocksStore::open({r.folder, 1 << 20, 1 << 20});
  ASSERT_TRUE(store) << store.error().text();
  Folder folder(**store, r.log, nullptr);
  Checkpoint checkpoint;
  checkpoint.generation = 2;
  ASSERT_TRUE(folder.add(
      2, [] { return std::make_unique<ComponentList>(); }, checkpoint));
  Slot& slot = *folder.slots().front();
  const Error error = make_error(Code::kCorrupt, "VIEWS_STORE", "a bad block");
  EXPECT_FALSE(folder.fail(slot, Prefix{2, 1}, error));
  EXPECT_FALSE(slot.failed);
  EXPECT_TRUE(folder.fail(slot, Prefix{2, 2}, error));
  EXPECT_TRUE(slot.failed);
}

TEST_F(Recovery, RebuildBesideAWriterLosesNothing) {
  live(500);
  int calls = 0;
  std::thread writer([&] { live(500, 10); });
  const auto report = r.views->rebuild("jobs", [&](Seq, Seq) { return ++calls > 0; });
  writer.join();
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(report->identical) << report->first_difference;
  const auto digests = r.digests();
  r.kill();
  std::filesystem::remove_all(r.folder);
  r.open();
  EXPECT_EQ(r.digests(), digests);
}

TEST_F(Recovery, LargeBatchesAndSmallOnesBuildTheSame) {
  // So much that a fold far behind cuts it by its memory, too.
  const std::string parameters = "\"" + std::string(1000, 'x') + "\"";
  std::vector<JobId> open;
  s.batches_a_command = 5;
  for (int i = 0; i < 75'000; ++i) {
    s.now = s.now + millis(3);
    if (i % 3 != 0 && open.size() > 100) {
      events::JobCancelled e;
      e.job = open[static_cast<std::size_t>(i) % open.size()];
      e.definition = "d";
      s.queue(e);
      open[static_cast<std::size_t>(i) % open.size()] = open.back();
      open.pop_back();
      continue;
    }
    events::JobCreated e;
    e.job = JobId::make(s.now, 0, next(s.last()));
    e.definition = "d";
    e.run_at = s.now + seconds(i % 200);
    e.tags = {i % 2 == 0 ? "even" : "odd"};
    e.parameters = {parameters};
    s.queue(e);
    open.push_back(e.job);
    if (i % 500 == 0) {
      s.flush();
      r.now();
    }
  }
  s.flush();
  const auto digests = r.digests();
  r.kill();
  std::filesystem::remove_all(r.folder);
  r.open();
  EXPECT_EQ(r.digests(), digests);
  EXPECT_TRUE(r.views->rebuild("jobs", nullptr)->identical);
  EXPECT_TRUE(r.views->rebuild("history", nullptr)->identical);
}

TEST_F(Recovery, BatchIsWrittenWhenItsMemoryIsUsed) {
  constexpr int kJobs = 12'000;
  create_large(kJobs);
  r.now();
  int writes = 0;
  const auto report = r.views->rebuild("jobs", [&](Seq, Seq) { return ++writes > 0; });
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(report->identical) << report->first_difference;
  // The parameters stand in the rows that are kept and in the batch.
  constexpr auto kBatches = 2 * kJobs * kLargeBytes / kFoldBatchBytesMax;
  EXPECT_GE(writes, static_cast<int>(kBatches) - 1);
  EXPECT_LE(writes, static_cast<int>(kBatches) + 1);
}

TEST_F(Recovery, EventThatIsLargerThanAChunkIsFolded) {
  const JobId job = s.create("d");
  s.start(job, "d");
  events::JobCompleted e;
  const std::string result = "\"" + std::string(2 * kChunkBytesMax, 'x') + "\"";
  e.job = job;
  e.definition = "d";
  e.end.attempt = Attempt{1};
  e.result = {result};
  s.put(e);
  s.create("d");
  EXPECT_TRUE(r.job(job).result == result);
  EXPECT_EQ(r.now().counts("d")->pending, 1U);
}

TEST(StoppedViews, RecordThatCannotBeReadStopsAllVisibly) {
  ViewsRig r(0);
  Story& s = r.story;
  r.open();
  const JobId job = s.create("d");
  r.now();
  // An end without an attempt: no such event is valid.
  events::JobCompleted e;
  e.job = job;
  e.definition = "d";
  s.put(e);
  while (!r.views->wait_for(s.last(), std::chrono::milliseconds(5)) &&
         r.views->status().front().state != ProjectionState::kFailed) {
  }
  for (const ProjectionStatus& row : r.views->status()) {
    EXPECT_EQ(row.state, ProjectionState::kFailed) << row.name;
    EXPECT_NE(row.error.find("CORRUPT_RECORD"), std::string::npos) << row.error;
    EXPECT_EQ(row.applied, job.key());
  }
  EXPECT_EQ(r.views->definitions({}).error().reason, "PROJECTION_FAILED");
}

TEST_F(Recovery, LeftoversOfALargeBatchAreRemoved) {
  r.stop();
  const auto leftover = r.folder / "large-batch-7";
  std::filesystem::copy_file(r.folder / "CURRENT", leftover);
  r.open();
  EXPECT_FALSE(std::filesystem::exists(leftover));
}

TEST_F(Recovery, CancelledRebuildLeavesTheLiveProjection) {
  create_large(6'000);
  const auto digests = r.digests();
  const auto report = r.views->rebuild("jobs", [](Seq done, Seq total) {
    EXPECT_LT(done, total);
    return false;
  });
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().reason, "REBUILD_CANCELLED");
  EXPECT_EQ(r.digests(), digests);
  EXPECT_EQ(status("jobs").state, ProjectionState::kLive);
}

TEST_F(Recovery, OneRebuildAtATimeAndOnlyOfWhatExists) {
  EXPECT_EQ(r.views->rebuild("nobody", nullptr).error().code, Code::kNotFound);
  create_large(6'000);
  r.now();
  std::optional<Error> second;
  const auto report = r.views->rebuild("jobs", [&](Seq, Seq) {
    // From another thread: this one holds the lock.
    std::thread([&] { second = r.views->rebuild("history", nullptr).error(); }).join();
    EXPECT_EQ(status("jobs").state, ProjectionState::kRebuilding);
    return true;
  });
  EXPECT_TRUE(report);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->code, Code::kConflict);
}

TEST_F(Recovery, RebuildNeedsTheWholeLog) {
  live(50);
  r.now();
  ASSERT_TRUE(r.log.trim(Seq{5}));
  const auto report = r.views->rebuild("jobs", nullptr);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().reason, "LOG_TRIMMED");
  EXPECT_EQ(status("jobs").state, ProjectionState::kLive);
}

}  // namespace
}  // namespace daybook::projections
