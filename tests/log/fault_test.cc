// The n-th I/O error of the store, once and for ever, for every n until the work ends before
// meeting it: whatever was acknowledged is there afterwards, and nothing else than a prefix.
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "log/memory_log.h"
#include "log/testing.h"
#include "tests/log/rig.h"

namespace daybook::log {
namespace {

struct Outcome {
  int status = 0;
  std::uint64_t acknowledged = 0;
};

Outcome run_writer(const std::filesystem::path& data, Operation kind, int n, const char* mode) {
  int ends[2] = {-1, -1};
  EXPECT_EQ(::pipe(ends), 0);
  const std::string kind_text = std::to_string(static_cast<int>(kind));
  const std::string n_text = std::to_string(n);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::close(STDERR_FILENO);  // an assertion of RocksDB is a designed end (docs/recovery.md)
    ::execl(DAYBOOK_FAULT_WRITER, "fault_writer", data.c_str(), kind_text.c_str(), n_text.c_str(),
            mode, nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  Outcome out;
  std::uint64_t seq = 0;
  while (::read(ends[0], &seq, sizeof(seq)) == sizeof(seq)) {
    out.acknowledged = seq;
  }
  ::close(ends[0]);
  ::waitpid(pid, &out.status, 0);
  return out;
}

class LogFaults : public testing::TestWithParam<std::tuple<Operation, const char*>> {};

TEST_P(LogFaults, NthErrorLosesNothingThatWasAcknowledged) {
  constexpr int kMost = 400;
  const auto& [kind, mode] = GetParam();
  int n = 1;
  for (; n < kMost; ++n) {
    const rig::TempDir dir;
    const Outcome outcome = run_writer(dir / "data", kind, n, mode);
    const bool aborted = WIFSIGNALED(outcome.status) && WTERMSIG(outcome.status) == SIGABRT;
    const int code = WIFEXITED(outcome.status) ? WEXITSTATUS(outcome.status) : -1;
    ASSERT_TRUE(aborted || code == 0 || code == 4) << "n " << n << " status " << outcome.status;
    auto opened = rig::try_open(dir / "data");
    ASSERT_TRUE(opened) << "n " << n << ": " << opened.error().text();
    ASSERT_GE(opened->log->last().value, outcome.acknowledged) << "n " << n;
    const auto read = rig::read_all(*opened->log);
    ASSERT_EQ(read.error, "") << "n " << n;
    ASSERT_EQ(read.records.size(), opened->log->last().value);
    ASSERT_EQ(read.records.size() % 10, 0U) << "a group was torn";
    if (code == 4) {
      break;
    }
  }
  ASSERT_LT(n, kMost);
  RecordProperty("faults", n - 1);
  EXPECT_GT(n, 3);
}

INSTANTIATE_TEST_SUITE_P(Kinds, LogFaults,
                         testing::Combine(testing::Values(Operation::kWrite, Operation::kSync,
                                                          Operation::kOther),
                                          testing::Values("once", "forever")));

TEST(LogFault, FailedSyncPoisonsTheLogAndKeepsReadersWorking) {
  const rig::TempDir dir;
  RocksLogOptions options;
  options.faults = std::make_shared<Faults>();
  auto opened = rig::must_open(dir / "data", options);
  ASSERT_TRUE(opened.log->append(rig::next_group(*opened.log, 3)));
  options.faults->kind = Operation::kSync;
  options.faults->fail_at = options.faults->seen + 1;
  const Status failed = opened.log->append(rig::next_group(*opened.log, 3));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::kUnknownOutcome);
  const Status after = opened.log->append(rig::next_group(*opened.log, 3));
  ASSERT_FALSE(after);
  EXPECT_EQ(after.error().text(), failed.error().text());
  EXPECT_FALSE(opened.log->trim(Seq{1}));
  EXPECT_EQ(opened.log->last(), Seq{3});
  EXPECT_EQ(rig::read_all(*opened.log).records.size(), 3U);
}

TEST(MemoryLog, NthAppendFailsAndEveryLaterOne) {
  MemoryLog log;
  log.fail_append(2, make_error(Code::kUnknownOutcome, "TEST", "asked for by the test"));
  EXPECT_TRUE(log.append(rig::next_group(log, 1)));
  for (int i = 0; i < 2; ++i) {
    const Status status = log.append(rig::next_group(log, 1));
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().reason, "TEST");
  }
  EXPECT_EQ(log.last(), Seq{1});
}

}  // namespace
}  // namespace daybook::log
