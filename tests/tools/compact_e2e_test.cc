// A compacted log from outside: it is backed up, upgraded, damaged, and gets its archives back.
#include <signal.h>
#include <sys/wait.h>

#include <cstdio>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/backup.h"
#include "tests/tools/command_line.h"
#include "tests/tools/server_process.h"
#include "tests/tools/temp_directory.h"
#include "tools/daybook/exact_json.h"
#include "tools/daybook/json_text.h"
#include "tools/daybook/stopped_log.h"

namespace daybook::cli {
namespace {

namespace fs = std::filesystem;
using testing::EndsWith;
using testing::HasSubstr;

class CompactE2e : public testing::Test {
 protected:
  // A component, a definition, eight pending jobs: events 2 to 11 behind the server's start.
  void SetUp() override {
    ServerProcess server(data_);
    ASSERT_EQ(run_line({"--server", server.address(), "component", "put", "echo", "--runtime",
                        "exec", "--", "cat"})
                  .code,
              0);
    ask(server, {"definition", "put", "echo", "--component", "echo"});
    for (int i = 0; i < 8; ++i) {
      const auto job = ask(server, {"job", "run", "echo", "--run-at", "+9h"});
      jobs_.push_back(cell(job, "jobId"));
    }
    list_ = jobs(server);
    EXPECT_EQ(server.end(SIGTERM), 0);
  }

  boost::json::value read(const Ran& ran, int code) {
    EXPECT_EQ(ran.code, code) << ran.out << ran.err;
    boost::system::error_code error;
    const auto value = boost::json::parse(ran.out, error);
    return error ? boost::json::value() : value;
  }
  boost::json::value ask(const ServerProcess& server, std::vector<std::string> words,
                         int code = 0) {
    words.insert(words.end(), {"--server", server.address(), "-o", "json"});
    return read(run_line(std::move(words)), code);
  }
  boost::json::value local(std::vector<std::string> words, int code = 0) {
    words.insert(words.end(), {"-o", "json"});
    return read(run_line(std::move(words)), code);
  }
  std::string jobs(const ServerProcess& server) {
    const auto page = ask(server, {"job", "list"});
    return boost::json::serialize(page.at("jobs"));
  }
  Ran compact(const std::string& through, const std::string& archive) {
    return run_line(
        {"log", "compact", "--data-dir", data_, "--through", through, "--archive", archive});
  }
  boost::json::value restore_archive(const std::string& archive, int code = 0) {
    return local({"log", "restore-archive", archive, "--data-dir", data_}, code);
  }
  // What a start that must fail says.
  std::string refused_start(const std::string& data) {
    const std::string line = std::string("timeout 20 ") + DAYBOOK_PROGRAM + " serve --data-dir " +
                             data + " --listen 127.0.0.1:0 2>&1";
    std::FILE* program = ::popen(line.c_str(), "r");
    std::string out;
    for (int c = std::fgetc(program); c != EOF; c = std::fgetc(program)) {
      out += static_cast<char>(c);
    }
    EXPECT_EQ(WEXITSTATUS(::pclose(program)), 3) << out;
    return out;
  }
  void expect_starts(const std::string& data) {
    ServerProcess server(data);
    EXPECT_EQ(jobs(server), list_);
    EXPECT_EQ(server.end(SIGTERM), 0);
  }
  std::string path(const std::string& name) const { return (directory_.path() / name).string(); }

  const TempDirectory directory_;
  const std::string data_ = path("data");
  const std::string older_ = path("older.archive");
  const std::string newer_ = path("newer.archive");
  std::vector<std::string> jobs_;
  std::string list_;
};

TEST_F(CompactE2e, ABackupOfACompactedLogIsRestoredAndStarts) {
  ASSERT_EQ(compact("8", older_).code, 0);
  const auto made = local({"backup", "--data-dir", data_, "--to", path("backup")});
  EXPECT_EQ(cell(made, "firstSeq"), "9");
  EXPECT_EQ(fs::exists(path("backup/snapshots")), true);
  local({"restore", "--from", path("backup"), "--verify-only"});
  local({"restore", "--from", path("backup"), "--data-dir", path("back")});
  expect_starts(path("back"));
  // A changed byte beside the log counts as one in it.
  const auto snapshot = fs::directory_iterator(path("backup/snapshots"))->path();
  std::fstream(snapshot, std::ios::in | std::ios::out | std::ios::binary).seekp(99).put('?');
  local({"restore", "--from", path("backup"), "--verify-only"}, 6);
  local({"restore", "--from", path("backup"), "--data-dir", path("none")}, 6);
}

TEST_F(CompactE2e, WhatCouldNotStartIsNotABackup) {
  ASSERT_EQ(compact("8", older_).code, 0);
  fs::remove_all(data_ + "/views");
  const Ran refused = run_line({"backup", "--data-dir", data_, "--to", path("backup")});
  EXPECT_NE(refused.code, 0);
  EXPECT_FALSE(fs::exists(path("backup/backup")));
}

// As earlier releases made them.
TEST_F(CompactE2e, ABackupOfACompactedLogAloneStartsWithItsArchives) {
  ASSERT_EQ(compact("8", older_).code, 0);
  {
    const auto stopped = StoppedLog::open(data_);
    ASSERT_TRUE(stopped && log::backup((*stopped)->log(), path("backup")));
  }
  const auto verified = local({"restore", "--from", path("backup"), "--verify-only"});
  EXPECT_THAT(cell(verified, "needs"), HasSubstr("log restore-archive"));
  const Ran restored = run_line({"restore", "--from", path("backup"), "--data-dir", path("back")});
  EXPECT_EQ(restored.code, 3);
  EXPECT_THAT(restored.err, HasSubstr("daybook log restore-archive"));
  local({"log", "restore-archive", older_, "--data-dir", path("back")});
  expect_starts(path("back"));
}

TEST_F(CompactE2e, AnExportHoldsWhatIsLeftAndAnImportSaysWhatIsMissing) {
  ASSERT_EQ(compact("8", older_).code, 0);
  ASSERT_EQ(run_line({"log", "export", "--data-dir", data_, "--out", path("part")}).code, 0);
  const Ran part = run_line({"log", "import", path("part"), "--data-dir", path("new")});
  EXPECT_EQ(part.code, 6);
  EXPECT_THAT(part.err, HasSubstr("event 9 stands where 1 must"));
  EXPECT_THAT(part.err, HasSubstr("daybook log restore-archive"));
  const Ran archive = run_line({"log", "import", older_, "--data-dir", path("new")});
  EXPECT_EQ(archive.code, 2);
  EXPECT_THAT(archive.err, HasSubstr("daybook log restore-archive"));
  restore_archive(older_);
  ASSERT_EQ(run_line({"log", "export", "--data-dir", data_, "--out", path("all")}).code, 0);
  EXPECT_EQ(run_line({"log", "import", path("all"), "--data-dir", path("new")}).code, 0);
  expect_starts(path("new"));
}

TEST_F(CompactE2e, ABackupOfAWholeLogIsTheLogAlone) {
  const auto made = local({"backup", "--data-dir", data_, "--to", path("backup")});
  EXPECT_EQ(cell(made, "filesBeside"), "0");
  EXPECT_FALSE(fs::exists(path("backup/views")));
}

TEST_F(CompactE2e, NewViewsNeedTheArchivesAndTheStartSaysHowTheyComeBack) {
  ASSERT_EQ(compact("5", older_).code, 0);
  ASSERT_EQ(compact("8", newer_).code, 0);
  fs::remove_all(data_ + "/views");
  EXPECT_THAT(refused_start(data_),
              HasSubstr("the log begins at 9: stop the server and give back the archive that ends "
                        "with 8, then those before it (daybook log restore-archive FILE "
                        "--data-dir DIR)"));
  restore_archive(older_, 4);
  EXPECT_EQ(cell(restore_archive(newer_), "firstSeq"), "6");
  EXPECT_THAT(refused_start(data_), HasSubstr("the log begins at 6"));
  restore_archive(older_);
  restore_archive(older_, 2);
  expect_starts(data_);
  EXPECT_THAT(run_line({"replay", "--data-dir", data_, "--compare", "--chain"}).out,
              EndsWith("replay: identical\n"));
  EXPECT_EQ(cell(local({"log", "verify", "--data-dir", data_}), "jobRules"), "checked");
  ServerProcess server(data_);
  const auto events = ask(server, {"job", "events", jobs_.front()});
  EXPECT_EQ(events.at("events").get_array().size(), 1U);
  EXPECT_EQ(server.end(SIGTERM), 0);
  ASSERT_EQ(compact("8", path("both.archive")).code, 0);
  expect_starts(data_);
}

TEST_F(CompactE2e, ALostSnapshotNeedsTheArchivesToo) {
  ASSERT_EQ(compact("8", older_).code, 0);
  fs::remove_all(data_ + "/snapshots");
  EXPECT_THAT(refused_start(data_), HasSubstr("daybook log restore-archive"));
  restore_archive(older_);
  expect_starts(data_);
}

TEST_F(CompactE2e, AReplayComparesWhatIsLeftAndSaysWhatItCannot) {
  ASSERT_EQ(compact("8", older_).code, 0);
  const Ran replayed = run_line({"replay", "--data-dir", data_, "--compare"});
  EXPECT_EQ(replayed.code, 0) << replayed.out << replayed.err;
  EXPECT_THAT(replayed.out, HasSubstr("view counts of pending jobs: identical"));
  EXPECT_THAT(replayed.out, HasSubstr("ended jobs, histories and statistics were not compared"));
  EXPECT_THAT(replayed.out,
              EndsWith("replay: identical as far as a compacted log can be compared\n"));
}

TEST_F(CompactE2e, VerifyingSaysThatTheRulesOfJobsWereNotChecked) {
  ASSERT_EQ(compact("8", older_).code, 0);
  const auto verified = local({"log", "verify", "--data-dir", data_});
  EXPECT_THAT(cell(verified, "jobRules"), HasSubstr("not checked: the log begins at 9"));
  EXPECT_EQ(verified.as_object().contains("jobsCreated"), false);
  const auto archive = local({"log", "verify", "--archive", older_});
  EXPECT_EQ(cell(archive, "lastSeq"), "8");
  EXPECT_EQ(cell(archive, "logId"), cell(verified, "logId"));
  std::fstream(older_, std::ios::in | std::ios::out | std::ios::binary).seekp(300).put('?');
  local({"log", "verify", "--archive", older_}, 6);
  restore_archive(older_, 6);
}

TEST_F(CompactE2e, AnArchiveThatCannotBeWrittenLeavesNoRecordOfIt) {
  const auto head = cell(local({"log", "verify", "--data-dir", data_}), "hash");
  EXPECT_EQ(compact("8", "/nonexistent/x").code, 1);
  EXPECT_EQ(cell(local({"log", "verify", "--data-dir", data_}), "hash"), head);
}

// Its own event would carry the log's time over everything that is scheduled in between.
TEST_F(CompactE2e, ALogThatWasQuietForLongIsTakenWhenTheClockIsConfirmed) {
  fs::remove_all(data_);
  {
    ServerProcess server(data_, {"--clock", "2026-01-01T00:00:00Z"});
    EXPECT_EQ(server.end(SIGTERM), 0);
  }
  const auto head = cell(local({"log", "verify", "--data-dir", data_}), "hash");
  const Ran refused = compact("1", older_);
  EXPECT_EQ(refused.code, 4);
  EXPECT_THAT(refused.err, HasSubstr("CLOCK_JUMP"));
  EXPECT_FALSE(fs::exists(older_));
  EXPECT_EQ(cell(local({"log", "verify", "--data-dir", data_}), "hash"), head);
  EXPECT_EQ(run_line({"log", "compact", "--data-dir", data_, "--through", "1", "--archive", older_,
                      "--accept-clock-jump"})
                .code,
            0);
}

TEST_F(CompactE2e, AnswersThatMayBeAskedForAgainStay) {
  std::string job;
  {
    ServerProcess server(data_);
    job = cell(ask(server, {"job", "run", "echo", "--idempotency-key", "k", "--run-at",
                            "2030-01-01T00:00:00Z"}),
               "jobId");
    EXPECT_EQ(server.end(SIGTERM), 0);
  }
  const auto head = local({"log", "verify", "--data-dir", data_});
  const Ran refused = compact(cell(head, "lastSeq"), older_);
  EXPECT_EQ(refused.code, 4);
  EXPECT_THAT(refused.err, HasSubstr("KEYS_IN_WINDOW"));
  EXPECT_FALSE(fs::exists(older_));
  EXPECT_EQ(cell(local({"log", "verify", "--data-dir", data_}), "hash"), cell(head, "hash"));
  ASSERT_EQ(compact("8", older_).code, 0);
  ServerProcess server(data_);
  EXPECT_EQ(cell(ask(server, {"job", "run", "echo", "--idempotency-key", "k", "--run-at",
                              "2030-01-01T00:00:00Z"}),
                 "jobId"),
            job);
  EXPECT_EQ(server.end(SIGTERM), 0);
}

TEST_F(CompactE2e, OneThatStoppedBehindItsArchiveIsFinishedByRepeatingIt) {
  fs::copy(data_, path("whole"), fs::copy_options::recursive);
  ASSERT_EQ(compact("8", older_).code, 0);
  fs::remove_all(data_);
  fs::rename(path("whole"), data_);
  ASSERT_EQ(compact("8", older_).code, 0);
  expect_starts(data_);
  EXPECT_EQ(compact("8", older_).code, 2);
  EXPECT_EQ(compact("9", older_).code, 4);
}

TEST_F(CompactE2e, TheHistoryOfAJobThatWasTakenAwayIsNotCalledUnknown) {
  ASSERT_EQ(compact("8", older_).code, 0);
  ServerProcess server(data_);
  const Ran gone = run_line({"job", "events", jobs_.front(), "--server", server.address()});
  EXPECT_EQ(gone.code, 3);
  EXPECT_THAT(gone.err, HasSubstr("LOG_TRIMMED"));
  EXPECT_EQ(server.end(SIGTERM), 0);
}

}  // namespace
}  // namespace daybook::cli
