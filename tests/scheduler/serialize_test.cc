#include "scheduler/serialize.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "scheduler/state_parts.h"
#include "tests/scheduler/lived_state.h"

namespace daybook::scheduler {
namespace {

std::vector<std::uint8_t> form_of(const State& state) {
  std::vector<std::uint8_t> out;
  const Status done = serialize(state, [&](std::span<const std::uint8_t> piece) {
    out.insert(out.end(), piece.begin(), piece.end());
    return Status{};
  });
  EXPECT_TRUE(done);
  return out;
}

TEST(Serialize, EmptyStateComesBack) {
  const State empty;
  const auto again = deserialize(form_of(empty));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->hash(), empty.hash());
}

TEST(Serialize, EverythingComesBack) {
  Engine engine;
  live(engine, 20);
  State& state = engine.state;
  state.parts().keys.insert("k", {sha256("a"), Seq{1}, Seq{2}, sha256("b"), engine.now});
  const auto again = deserialize(form_of(state));
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(form_of(*again), form_of(state));
  EXPECT_EQ(again->hash(), state.hash());
  EXPECT_EQ(again->pending_count(), state.pending_count());
  EXPECT_EQ(again->running_count(), state.running_count());
  EXPECT_EQ(again->definition_count(), state.definition_count());
  state.each_definition([&](const Definition& definition) {
    const Definition* other = again->find_definition(definition.id);
    ASSERT_NE(other, nullptr);
    EXPECT_EQ(other->pending, definition.pending);
    EXPECT_EQ(other->running, definition.running);
    EXPECT_EQ(other->deleted, definition.deleted);
  });
  state.each_job([&](const JobView& job) {
    const auto other = again->find_job(job.job);
    ASSERT_TRUE(other);
    EXPECT_EQ(other->parameters, job.parameters);
    EXPECT_EQ(other->unique_key, job.unique_key);
    EXPECT_EQ(other->secret, job.secret);
    EXPECT_EQ(other->lease_until, job.lease_until);
    EXPECT_EQ(other->cancel_requested, job.cancel_requested);
  });
  EXPECT_EQ(again->find_key("k")->body, sha256("a"));
  EXPECT_TRUE(again->find_unique("d", "key-3-b"));
}

TEST(Serialize, ExtremeNumbersComeBack) {
  State state;
  PutDefinition& settings = state.parts().definition(state.parts().definition_slot("d")).settings;
  settings.timeout = Duration{INT64_MAX};
  settings.lease = Duration{INT64_MIN};
  settings.priority = INT32_MIN;
  settings.rate_count = UINT32_MAX;
  state.parts().time = Micros{-1};
  state.parts().epoch = Epoch{UINT64_MAX};
  const auto again = deserialize(form_of(state));
  ASSERT_TRUE(again);
  const PutDefinition& read = again->find_definition("d")->settings;
  EXPECT_EQ(read.timeout, settings.timeout);
  EXPECT_EQ(read.lease, settings.lease);
  EXPECT_EQ(read.priority, INT32_MIN);
  EXPECT_EQ(read.rate_count, UINT32_MAX);
  EXPECT_EQ(again->time(), Micros{-1});
  EXPECT_EQ(again->epoch(), Epoch{UINT64_MAX});
}

TEST(Serialize, HashTellsStatesApartWhateverPartDiffers) {
  Engine engine;
  live(engine, 3);
  const Hash before = engine.state.hash();
  State::Parts& parts = engine.state.parts();
  ++parts.definition(0).rate_used;
  EXPECT_NE(engine.state.hash(), before);
  --parts.definition(0).rate_used;
  ++parts.open.begin()->second.secret.low;
  EXPECT_NE(engine.state.hash(), before);
  --parts.open.begin()->second.secret.low;
  EXPECT_EQ(engine.state.hash(), before);
  parts.ended.insert(Seq{123'456});
  EXPECT_NE(engine.state.hash(), before);
}

TEST(Serialize, CutAtAnyByteIsCorrupt) {
  Engine engine;
  live(engine, 1);
  const auto form = form_of(engine.state);
  for (std::size_t size = 0; size < form.size(); ++size) {
    const auto read = deserialize(std::span(form).first(size));
    ASSERT_FALSE(read) << size;
    EXPECT_EQ(read.error().code, Code::kCorrupt);
  }
}

TEST(Serialize, ChangedByteIsCorruptOrAnotherStateButNeverEndsTheProcess) {
  Engine engine;
  live(engine, 1);
  engine.state.parts().keys.insert("k", {{}, Seq{1}, Seq{2}, {}, engine.now});
  engine.state.parts().keys.insert("l", {{}, Seq{1}, Seq{2}, {}, engine.now});
  const auto form = form_of(engine.state);
  for (std::size_t at = 0; at < form.size(); ++at) {
    for (const unsigned flip : {0x01U, 0x02U, 0x07U, 0x80U, 0xffU}) {
      auto changed = form;
      changed[at] ^= static_cast<std::uint8_t>(flip);
      if (const auto read = deserialize(changed)) {
        EXPECT_NE(read->hash(), engine.state.hash()) << at;
      }
    }
  }
}

TEST(Serialize, FailingSinkStopsItWithTheSinksError) {
  Engine engine;
  live(engine, 1);
  int calls = 0;
  const Status done = serialize(engine.state, [&](auto) {
    ++calls;
    return Status(fail(Code::kIo, "NO", "no"));
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().reason, "NO");
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace daybook::scheduler
