#include "log/event_reader.h"

#include <gtest/gtest.h>

#include "base/limits/write_path.h"
#include "log/memory_log.h"
#include "tests/log/rig.h"

namespace daybook::log {
namespace {

void fill(Log& log, int events) {
  for (int i = 0; i < events; ++i) {
    ASSERT_TRUE(log.append(rig::next_group(log, 1)));
  }
}

void expect_all(EventReader& reader, std::uint64_t from, std::uint64_t to) {
  for (std::uint64_t seq = from; seq <= to; ++seq) {
    const auto read = reader.at(Seq{seq});
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ((*read)->meta.seq, Seq{seq});
  }
}

TEST(EventReader, YoungEventsAreReadInTheTail) {
  MemoryLog log;
  fill(log, 200);
  EventReader reader(log);
  expect_all(reader, 1, 200);
  EXPECT_EQ(reader.stretches_read(), 0U);
}

TEST(EventReader, OldOnesInTheStoreAStretchAtATime) {
  MemoryLog log(0);
  fill(log, 200);
  EventReader reader(log);
  expect_all(reader, 1, 200);
  const std::size_t stretches = reader.stretches_read();
  EXPECT_LE(stretches, 200 / kStretchEventsMax + 1);
  // The last of them are kept, as long as there are not more than kStretchesKept.
  ASSERT_LT(stretches, kStretchesKept);
  expect_all(reader, 1, 200);
  EXPECT_EQ(reader.stretches_read(), stretches);
}

TEST(EventReader, OldestStretchGoesWhenThereAreTooMany) {
  MemoryLog log(0);
  const int events = static_cast<int>((kStretchesKept + 2) * kStretchEventsMax);
  fill(log, events);
  EventReader reader(log);
  expect_all(reader, 1, static_cast<std::uint64_t>(events));
  const std::size_t stretches = reader.stretches_read();
  expect_all(reader, static_cast<std::uint64_t>(events), static_cast<std::uint64_t>(events));
  EXPECT_EQ(reader.stretches_read(), stretches);
  expect_all(reader, 1, 1);
  EXPECT_EQ(reader.stretches_read(), stretches + 1);
}

TEST(EventReader, TellsATrimmedEventFromOneThatIsNotThereYet) {
  MemoryLog log(0);
  fill(log, 10);
  ASSERT_TRUE(log.trim(Seq{4}));
  EventReader reader(log);
  EXPECT_EQ(reader.at(Seq{4}).error().reason, "LOG_TRIMMED");
  expect_all(reader, 5, 10);
  EXPECT_EQ(reader.at(Seq{11}).error().code, Code::kNotFound);
  fill(log, 1);
  expect_all(reader, 11, 11);
}

}  // namespace
}  // namespace daybook::log
