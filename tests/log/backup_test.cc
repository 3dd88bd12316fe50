#include "log/backup.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crc32c.h"
#include "log/archive.h"
#include "log/dir_lock.h"
#include "log/little.h"
#include "tests/log/rig.h"

namespace daybook::log {
namespace {

class Backup : public testing::Test {
 protected:
  Backup() : opened_(rig::must_open(dir_ / "data")) {}
  void append(int batches) {
    ASSERT_TRUE(opened_.log->append(rig::next_group(*opened_.log, batches, 2, 200)));
  }

  rig::TempDir dir_;
  rig::Opened opened_;
};

TEST_F(Backup, RestoredLogHasTheSameRecordsAndGoesOn) {
  append(500);
  const auto made = backup(*opened_.log, dir_ / "backup");
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_EQ(made->head.seq, Seq{1000});
  append(5);
  ASSERT_TRUE(verify_backup(dir_ / "backup"));
  const auto restored = restore(dir_ / "backup", dir_ / "restored");
  ASSERT_TRUE(restored) << restored.error().text();
  rig::Opened again = rig::must_open(dir_ / "restored");
  auto records = rig::read_all(*opened_.log).records;
  records.resize(1000);
  EXPECT_EQ(rig::read_all(*again.log).records, records);
  EXPECT_TRUE(again.log->append(rig::next_group(*again.log, 1)));
}

TEST_F(Backup, IsConsistentWhileAppendsGoOn) {
  append(10);
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    const auto made = backup(*opened_.log, dir_ / "backup");
    EXPECT_TRUE(made) << made.error().text();
    stop = true;
  });
  while (!stop) {
    append(20);
  }
  reader.join();
  EXPECT_TRUE(verify_backup(dir_ / "backup"));
}

TEST_F(Backup, WithoutItsMarkerItIsNone) {
  append(10);
  ASSERT_TRUE(backup(*opened_.log, dir_ / "backup"));
  const std::string marker = rig::slurp(dir_ / "backup/backup");
  std::filesystem::remove(dir_ / "backup/backup");
  EXPECT_EQ(restore(dir_ / "backup", dir_ / "restored").error().reason, "NO_BACKUP");
  std::string changed = marker;
  changed[changed.find("last") + 5] ^= 1;
  rig::spill(dir_ / "backup/backup", changed);
  EXPECT_EQ(restore(dir_ / "backup", dir_ / "restored").error().reason, "BACKUP_DAMAGED");
}

TEST_F(Backup, DamagedCopyIsNotRestored) {
  append(500);
  ASSERT_TRUE(backup(*opened_.log, dir_ / "backup"));
  const auto table = rig::files_with(dir_ / "backup/log", ".sst").back();
  std::string bytes = rig::slurp(table);
  bytes[bytes.size() / 3] ^= 1;
  std::filesystem::remove(table);  // it is a hard link to the log's own file
  rig::spill(table, bytes);
  const auto restored = restore(dir_ / "backup", dir_ / "restored");
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().reason, "BACKUP_DAMAGED");
}

TEST_F(Backup, NeverWritesIntoADirectoryInUse) {
  append(1);
  std::filesystem::create_directory(dir_ / "backup");
  rig::spill(dir_ / "backup/file", "x");
  EXPECT_EQ(backup(*opened_.log, dir_ / "backup").error().reason, "DIRECTORY_NOT_EMPTY");
}

TEST_F(Backup, OfATrimmedLogKeepsItsBase) {
  append(100);
  ASSERT_TRUE(opened_.log->trim(Seq{50}));
  const auto made = backup(*opened_.log, dir_ / "backup");
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_EQ(made->first, Seq{51});
}

class BackupBeside : public Backup {
 protected:
  void make() {
    append(10);
    ASSERT_TRUE(opened_.log->trim(Seq{4}));
    const auto made = backup(*opened_.log, dir_ / "backup", [](const std::filesystem::path& to) {
      std::filesystem::create_directories(to / "state/deep");
      rig::spill(to / "state/one", "the first");
      rig::spill(to / "state/deep/two words", std::string(3 << 20, 'x'));
      rig::spill(to / "state/empty", "");
      return Status();
    });
    ASSERT_TRUE(made) << made.error().text();
    ASSERT_EQ(made->beside.size(), 3U);
  }
  std::string refusal() {
    const auto done = restore(dir_ / "backup", dir_ / "restored");
    EXPECT_EQ(std::filesystem::exists(dir_ / "restored/identity"), done.has_value());
    return done ? "restored" : done.error().reason;
  }
};

TEST_F(BackupBeside, WhatWasAddedComesBackByteForByte) {
  make();
  const auto verified = verify_backup(dir_ / "backup");
  ASSERT_TRUE(verified) << verified.error().text();
  EXPECT_EQ(verified->beside.size(), 3U);
  const auto restored = restore(dir_ / "backup", dir_ / "restored");
  ASSERT_TRUE(restored) << restored.error().text();
  EXPECT_EQ(rig::slurp(dir_ / "restored/state/one"), "the first");
  EXPECT_EQ(rig::slurp(dir_ / "restored/state/deep/two words"), std::string(3 << 20, 'x'));
  EXPECT_TRUE(std::filesystem::exists(dir_ / "restored/state/empty"));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "restored/backup"));
}

TEST_F(BackupBeside, AChangedFileIsNotRestored) {
  make();
  rig::spill(dir_ / "backup/state/one", "the First");
  EXPECT_EQ(verify_backup(dir_ / "backup").error().reason, "BACKUP_DAMAGED");
  EXPECT_EQ(refusal(), "BACKUP_DAMAGED");
}

TEST_F(BackupBeside, AMissingFileIsNotRestored) {
  make();
  std::filesystem::remove(dir_ / "backup/state/empty");
  EXPECT_EQ(refusal(), "BACKUP_DAMAGED");
}

TEST_F(BackupBeside, AMarkerThatNamesAFileOutsideIsRefused) {
  make();
  for (const std::string name : {"../one", "/state/one", "log/CURRENT", "identity", ""}) {
    std::string marker = rig::slurp(dir_ / "backup/backup");
    const auto at = marker.find("state/one");
    marker.replace(at, std::string("state/one").size(), name);
    const auto crc = marker.rfind("crc ");
    marker.resize(crc);
    marker += "crc " + std::to_string(crc32c(as_bytes(marker))) + "\n";
    const std::string whole = rig::slurp(dir_ / "backup/backup");
    rig::spill(dir_ / "backup/backup", marker);
    EXPECT_EQ(refusal(), "BACKUP_DAMAGED") << name;
    rig::spill(dir_ / "backup/backup", whole);
  }
}

TEST_F(BackupBeside, WhatCannotBeAddedMakesNoBackup) {
  append(10);
  const auto made = backup(*opened_.log, dir_ / "backup", [](const std::filesystem::path&) {
    return fail(Code::kNotFound, "LOG_TRIMMED", "no state");
  });
  EXPECT_EQ(made.error().reason, "LOG_TRIMMED");
  EXPECT_EQ(read_backup(dir_ / "backup").error().reason, "NO_BACKUP");
}

TEST_F(BackupBeside, AMarkerOfTheFirstFormatIsRead) {
  append(10);
  ASSERT_TRUE(backup(*opened_.log, dir_ / "backup"));
  EXPECT_THAT(rig::slurp(dir_ / "backup/backup"),
              testing::StartsWith("daybook backup format 1\nlog "));
  EXPECT_EQ(refusal(), "restored");
}

TEST_F(BackupBeside, AMarkerWithoutAnEndIsRefused) {
  make();
  rig::spill(dir_ / "backup/backup", std::string((16 << 20) + 1, 'x'));
  EXPECT_NE(refusal(), "restored");
}

TEST_F(Backup, ArchiveHoldsThePrefixAndTheLogTheRest) {
  append(500);
  const auto all = rig::read_all(*opened_.log).records;
  const auto made = rig::archive_prefix(*opened_.log, Seq{400}, dir_ / "one.archive");
  ASSERT_TRUE(made) << made.error().text();
  EXPECT_EQ(opened_.log->first(), Seq{401});
  const auto second = rig::archive_prefix(*opened_.log, Seq{700}, dir_ / "two.archive");
  ASSERT_TRUE(second) << second.error().text();
  EXPECT_EQ(second->base, made->chain);
  std::vector<std::vector<std::uint8_t>> read;
  for (const char* name : {"one.archive", "two.archive"}) {
    ASSERT_TRUE(verify_archive(dir_ / name));
    const auto cursor = std::move(ArchiveCursor::open(dir_ / name).value());
    events::RecordView record;
    while (cursor->next(record).value()) {
      read.emplace_back(record.bytes.begin(), record.bytes.end());
    }
  }
  for (const auto& record : rig::read_all(*opened_.log).records) {
    read.push_back(record);
  }
  EXPECT_EQ(read, all);
}

TEST_F(Backup, ArchiveFreesTheDisk) {
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(opened_.log->append(rig::next_group(*opened_.log, 1000, 1, 1000)));
  }
  opened_.close();
  opened_ = rig::must_open(dir_ / "data");  // moves all into tables
  const std::uint64_t before = opened_.log->metrics().files_bytes;
  ASSERT_TRUE(rig::archive_prefix(*opened_.log, Seq{39'000}, dir_ / "archive"));
  EXPECT_LT(opened_.log->metrics().files_bytes, before / 10);
  EXPECT_EQ(rig::read_all(*opened_.log).records.size(), 1000U);
}

TEST_F(Backup, TablesAndArchivesAreCompressed) {
  for (int i = 0; i < 40; ++i) {
    ASSERT_TRUE(opened_.log->append(rig::next_group(*opened_.log, 200, 1, 1000)));
  }
  opened_.close();
  opened_ = rig::must_open(dir_ / "data");  // moves all into tables
  const auto info = write_archive(*opened_.log, Seq{8000}, dir_ / "archive");
  ASSERT_TRUE(info) << info.error().text();
  EXPECT_GT(info->bytes, 8000U * 1000U);
  EXPECT_LT(opened_.log->metrics().files_bytes, info->bytes / 3);
  EXPECT_LT(info->stored_bytes, info->bytes / 3);
  EXPECT_EQ(std::filesystem::file_size(dir_ / "archive"), info->stored_bytes + 2 * 128);
  EXPECT_EQ(verify_archive(dir_ / "archive")->stored_bytes, info->stored_bytes);
}

TEST_F(Backup, ArchiveRefusesWhatItCannotCut) {
  append(10);
  EXPECT_EQ(rig::archive_prefix(*opened_.log, Seq{7}, dir_ / "a").error().reason, "INSIDE_BATCH");
  EXPECT_EQ(rig::archive_prefix(*opened_.log, Seq{21}, dir_ / "a").error().reason, "TRIM_PAST_END");
  EXPECT_EQ(rig::archive_prefix(*opened_.log, Seq{0}, dir_ / "a").error().reason,
            "NOTHING_TO_ARCHIVE");
  EXPECT_FALSE(std::filesystem::exists(dir_ / "a"));
  rig::spill(dir_ / "a", "x");
  EXPECT_EQ(rig::archive_prefix(*opened_.log, Seq{8}, dir_ / "a").error().reason, "FILE_EXISTS");
  EXPECT_EQ(opened_.log->first(), Seq{1});
}

TEST_F(Backup, AnyChangeOfAnArchiveIsNoticed) {
  append(3);
  ASSERT_TRUE(rig::archive_prefix(*opened_.log, Seq{6}, dir_ / "archive"));
  const std::string whole = rig::slurp(dir_ / "archive");
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = static_cast<char>(changed[i] ^ 0x10);
    rig::spill(dir_ / "archive", changed);
    ASSERT_FALSE(verify_archive(dir_ / "archive")) << "byte " << i;
    rig::spill(dir_ / "archive", whole.substr(0, i));
    ASSERT_FALSE(verify_archive(dir_ / "archive")) << "cut at " << i;
  }
  rig::spill(dir_ / "archive", whole + "x");
  EXPECT_FALSE(verify_archive(dir_ / "archive"));
}

// Nobody else begins to make something in it meanwhile.
TEST_F(Backup, HoldsItsDirectoryUntilItIsDone) {
  append(1);
  std::string meanwhile;
  const auto look = [&](const std::filesystem::path& to) -> Status {
    const auto taken = DirLock::take(to);
    meanwhile = taken ? "free" : taken.error().reason;
    return {};
  };
  ASSERT_TRUE(backup(*opened_.log, dir_ / "backup", look));
  EXPECT_EQ(meanwhile, "DATA_DIR_IN_USE");
  EXPECT_TRUE(DirLock::take(dir_ / "backup"));
}

TEST_F(Backup, IsNotRestoredIntoADirectoryThatAnotherHolds) {
  append(1);
  ASSERT_TRUE(backup(*opened_.log, dir_ / "backup"));
  std::filesystem::create_directory(dir_ / "restored");
  const auto held = DirLock::take(dir_ / "restored");
  ASSERT_TRUE(held);
  EXPECT_EQ(restore(dir_ / "backup", dir_ / "restored").error().reason, "DATA_DIR_IN_USE");
  EXPECT_TRUE(std::filesystem::is_empty(dir_ / "restored"));
}

}  // namespace
}  // namespace daybook::log
