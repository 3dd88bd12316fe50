// Snapshots of the formats that earlier releases wrote: each must be read as the state that the
// same history makes today.
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "scheduler/snapshot.h"
#include "scheduler/state_parts.h"
#include "tests/scheduler/lived_state.h"

namespace daybook::scheduler {
namespace {

std::filesystem::path file_of(int format) {
  return std::filesystem::path(DAYBOOK_GOLDEN) / "snapshots" /
         ("v" + std::to_string(format) + ".snapshot");
}

// What was written with that format.
void relive(Engine& engine, int format) {
  engine.written_as = "tester";
  live(engine, 3);
  State::Parts& parts = engine.state.parts();
  if (format < 3) {
    parts.definition(0).starts = {};
    parts.planned.clear();
  }
  if (format == 2) {
    parts.sendings.emplace(SendingId{1, 1}, Sending{{1, 1}, Seq{3}, {}, {}});
    JobId oldest;
    engine.state.each_job(
        [&](const JobView& job) { oldest = oldest.is_null() ? job.job : oldest; });
    parts.rule_depths.emplace(oldest.key().value, 3);
  }
  if (format == 4) {
    parts.offsets = {seconds(-3), seconds(7)};
    JobSlot& slot = *parts.jobs.find(engine.create("d", engine.now + hours(1)));
    slot.wait_until(slot.run_at(), true);
  }
}

class SnapshotOfFormat : public testing::TestWithParam<int> {};

TEST_P(SnapshotOfFormat, IsTheStateThatItsHistoryMakes) {
  Engine engine;
  relive(engine, GetParam());
  const auto read = read_snapshot(file_of(GetParam()));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->seq, engine.log.last());
  EXPECT_EQ(read->chain, engine.log.last_chain());
  EXPECT_EQ(read->state.hash(), engine.state.hash());
  EXPECT_TRUE(read->state.parts().kept.empty()) << "the log has them all";
}

TEST_P(SnapshotOfFormat, KeepsTheParametersThatATrimmedLogHasLost) {
  Engine engine;
  relive(engine, GetParam());
  const Seq cut{engine.log.last().value / 2};
  const auto read = read_snapshot(file_of(GetParam()), next(cut));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->state.hash(), engine.state.hash());
  std::size_t kept = 0;
  read->state.each_job([&](const JobView& job) {
    EXPECT_EQ(job.kept_parameters != nullptr, job.job.key() <= cut);
    if (job.kept_parameters != nullptr) {
      EXPECT_EQ(*job.kept_parameters, engine.created(job.job).parameters.text);
      ++kept;
    }
  });
  EXPECT_GT(kept, 0U);
}

INSTANTIATE_TEST_SUITE_P(Released, SnapshotOfFormat, testing::Values(1, 2, 3, 4));

}  // namespace
}  // namespace daybook::scheduler
