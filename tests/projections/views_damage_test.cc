// Damage to the stored views: they are made again from the log, at the open or by a rebuild, and a
// read that meets it says so.
#include "base/supervisor.h"
#include "tests/log/damage.h"
#include "tests/log/rig.h"
#include "tests/projections/random_lives.h"
#include "tests/projections/views_rig.h"

namespace daybook::projections {
namespace {

namespace fs = std::filesystem;
using log::rig::slurp;
using log::rig::spill;

class Damage : public ViewsTest {
 protected:
  void SetUp() override {
    r.open();
    RandomLives lives(s, 11);
    for (int i = 0; i < 2500; ++i) {
      lives.step();
    }
    job_ = lives.rows.begin()->first;
    sound_ = r.digests();
    r.stop();
    whole_ = fs::path(r.folder.string() + ".whole");
    fs::copy(r.folder, whole_, fs::copy_options::recursive);
  }
  void TearDown() override { fs::remove_all(whole_); }

  void put_back() {
    r.views.reset();
    fs::remove_all(r.folder);
    fs::copy(whole_, r.folder, fs::copy_options::recursive);
  }
  std::vector<fs::path> files() {
    std::vector<fs::path> out;
    for (const auto& entry : fs::directory_iterator(whole_)) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with("LO") && entry.file_size() > 0) {
        out.push_back(r.folder / name);
      }
    }
    std::sort(out.begin(), out.end());
    return out;
  }
  // Every read either works or says that its projection has stopped, and what to do.
  void read_all(const std::string& what) {
    const auto check = [&](const auto& answer) {
      if (!answer) {
        ASSERT_EQ(answer.error().code, Code::kUnavailable) << what << answer.error().text();
        ASSERT_EQ(answer.error().reason, "PROJECTION_FAILED") << what << answer.error().text();
        ASSERT_NE(answer.error().message.find("/rebuild"), std::string::npos)
            << what << answer.error().text();
      }
    };
    Views& views = *r.views;
    check(views.jobs({}, {1000, "", ""}));
    check(views.counts(""));
    check(views.components({100, "", ""}));
    check(views.definitions({100, "", ""}));
    check(views.rules({100, "", ""}));
    check(views.tokens({100, "", ""}));
    check(views.sendings({}, {100, "", ""}));
    RetentionPlace place;
    check(views.retention_due(s.now, 100, place));
    check(views.history(job_, {100, "", ""}));
    EventSelection selection;
    selection.job = job_;
    check(views.find_events(selection, {Seq{}, s.last(), 10'000, false}));
    selection.job.reset();
    selection.actor = s.actor;
    check(views.find_events(selection, {Seq{}, s.last(), 10'000, true}));
    check(views.digests());
    for (const ProjectionStatus& row : views.status()) {
      if (row.state != ProjectionState::kFailed) {
        continue;
      }
      ++failed_;
      const auto report = views.rebuild(row.name, nullptr);
      ASSERT_TRUE(report) << what << report.error().text();
      ASSERT_FALSE(report->identical);
    }
    const auto now = views.digests();
    ASSERT_TRUE(now) << what << now.error().text();
    ASSERT_EQ(*now, sound_) << what;
  }

  JobId job_;
  std::vector<std::pair<std::string, Hash>> sound_;
  fs::path whole_;
  int failed_ = 0;
  int healed_ = 0;
};

TEST_F(Damage, AFlippedBitIsHealedByTheOpenOrByARebuild) {
  for (const fs::path& file : files()) {
    const std::string bytes = slurp(file);
    const std::size_t stride = std::max<std::size_t>(1, bytes.size() / 24);
    for (std::size_t at = 0; at < bytes.size() && !HasFatalFailure(); at += stride) {
      const std::string what = file.filename().string() + " byte " + std::to_string(at) + ": ";
      put_back();
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ 0x40);
      spill(file, changed);
      auto opened = r.try_open();
      ASSERT_TRUE(opened) << what << opened.error().text();
      r.views = std::move(*opened);
      healed_ += r.views->healed().empty() ? 0 : 1;
      r.views->start();
      ASSERT_TRUE(r.views->wait_for(r.log.last(), std::chrono::seconds(30)));
      read_all(what);
    }
  }
  EXPECT_GT(healed_, 5);
  EXPECT_GT(failed_, 0);
}

// RocksDB believes them before it has checked them.
TEST_F(Damage, TheEndOfATablesPropertiesIsHealedByTheOpen) {
  for (const fs::path& file : files()) {
    if (file.extension() != ".sst") {
      continue;
    }
    put_back();
    const std::string bytes = slurp(file);
    const auto [first, behind] = log::rig::properties_of(file);
    ASSERT_GT(behind, first) << file;
    for (std::size_t at = behind - 10; at < behind; ++at) {
      put_back();
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ '\x80');
      spill(file, changed);
      const auto opened = r.try_open();
      ASSERT_TRUE(opened) << file << at << opened.error().text();
      EXPECT_NE((*opened)->healed(), "");
    }
  }
}

TEST_F(Damage, AMissingFileIsHealedByTheOpen) {
  for (const fs::path& file : files()) {
    put_back();
    fs::remove(file);
    auto opened = r.try_open();
    ASSERT_TRUE(opened) << file << opened.error().text();
    const bool needed = file.extension() == ".sst" || file.filename() == "CURRENT" ||
                        file.filename().string().starts_with("MANIFEST");
    EXPECT_EQ(!(*opened)->healed().empty(), needed) << file;
    r.views = std::move(*opened);
    r.views->start();
    EXPECT_EQ(r.digests(), sound_) << file;
  }
}

// The next start does not wait for somebody to read the same row again.
TEST_F(Damage, WhatAReadFoundTheNextOpenHeals) {
  std::optional<std::string> failed;
  for (const fs::path& file : files()) {
    const std::string bytes = slurp(file);
    if (file.extension() != ".sst") {
      continue;
    }
    for (std::size_t at = 0; at < bytes.size() && !failed; at += bytes.size() / 24 + 1) {
      put_back();
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      spill(file, changed);
      r.open();
      static_cast<void>(r.views->digests());
      for (const ProjectionStatus& row : r.views->status()) {
        if (row.state == ProjectionState::kFailed) {
          failed = row.error;
        }
      }
    }
  }
  ASSERT_TRUE(failed);
  EXPECT_NE(failed->find("start the server again"), std::string::npos) << *failed;
  r.stop();
  auto opened = r.try_open();
  ASSERT_TRUE(opened);
  EXPECT_NE((*opened)->healed(), "");
  r.views = std::move(*opened);
  r.views->start();
  EXPECT_EQ(r.digests(), sound_);
  r.stop();
  EXPECT_EQ((*r.try_open())->healed(), "") << "once is enough";
}

TEST_F(Damage, OfACompactedLogIsNamedWithTheArchiveAndNothingIsTouched) {
  const fs::path table = [&] {
    for (const fs::path& file : files()) {
      if (file.extension() == ".sst") {
        return file;
      }
    }
    return fs::path();
  }();
  fs::remove(table);
  ASSERT_TRUE(r.log.trim(Seq{20}));
  ViewsOptions options;
  options.directory = r.folder;
  const auto list = [&] {
    std::map<std::string, std::string> out;
    for (const auto& entry : fs::directory_iterator(r.folder)) {
      out[entry.path().filename().string()] = slurp(entry.path());
    }
    return out;
  };
  const auto before = list();
  const Status checked = Views::check(options, r.log);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().reason, "LOG_TRIMMED");
  EXPECT_NE(checked.error().message.find("the archive that ends with 20"), std::string::npos)
      << checked.error().message;
  EXPECT_EQ(list(), before);
  EXPECT_EQ(r.try_open().error().reason, "LOG_TRIMMED");
  fs::remove_all(r.folder);
  EXPECT_EQ(Views::check(options, r.log).error().reason, "LOG_TRIMMED");
  EXPECT_FALSE(fs::exists(r.folder));
}

// A log whose records cannot be read.
class DamagedLog final : public log::Log {
 public:
  explicit DamagedLog(log::Log& inner) : inner_(inner) {}
  Seq first() const override { return inner_.first(); }
  Seq last() const override { return inner_.last(); }
  Hash last_chain() const override { return inner_.last_chain(); }
  const Watermark& durable() const override { return inner_.durable(); }
  const log::Tail& tail() const override { return inner_.tail(); }
  Status append(const events::Group& group) override { return inner_.append(group); }
  Result<std::unique_ptr<log::Cursor>> read(Seq) override {
    return fail(Code::kCorrupt, "CORRUPT_RECORD", "a record cannot be read");
  }
  Status trim(Seq through) override { return inner_.trim(through); }

 private:
  log::Log& inner_;
};

TEST_F(Damage, OfTheLogLeavesTheViewsAsTheyAre) {
  s.create("d");  // the views end before the log
  DamagedLog damaged(r.log);
  ViewsOptions options;
  options.directory = r.folder;
  const auto opened = Views::open(options, damaged);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().reason, "CORRUPT_RECORD") << opened.error().text();
  r.open();
  EXPECT_EQ(r.views->healed(), "");
  EXPECT_EQ(r.job(job_).job, job_);
}

// Nobody reads it, but a compaction does: that is said, and nothing stands still.
TEST_F(Damage, ThatACompactionMeetsIsToldOf) {
  Supervisor supervisor;
  r.options.supervisor = &supervisor;
  const auto told = [&] {
    for (const Fault& fault : supervisor.faults()) {
      if (fault.part == "views' tables") {
        return fault.error.message.find("start the server again") != std::string::npos;
      }
    }
    return false;
  };
  bool met = false;
  for (const fs::path& file : files()) {
    const std::string bytes = slurp(file);
    if (file.extension() != ".sst") {
      continue;
    }
    for (std::size_t at = 0; at < bytes.size() && !met; at += bytes.size() / 12 + 1) {
      put_back();
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      spill(file, changed);
      r.open();
      for (int i = 0; i < 12 && !met; ++i) {
        s.create("d");
        r.now();
        ASSERT_TRUE(r.views->flush());
        met = told();
      }
      r.stop();
    }
  }
  EXPECT_TRUE(met);
  auto opened = r.try_open();
  ASSERT_TRUE(opened);
  EXPECT_NE((*opened)->healed(), "");
}

TEST_F(Damage, ReadingToCompareChangesNoByte) {
  ViewsOptions options;
  options.directory = r.folder;
  const auto opened = Views::open_to_read(options, r.log);
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ(*(*opened)->digests(), sound_);
  for (const fs::path& file : files()) {
    EXPECT_EQ(slurp(file), slurp(whole_ / file.filename())) << file;
  }
}

}  // namespace
}  // namespace daybook::projections
