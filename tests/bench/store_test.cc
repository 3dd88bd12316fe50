// Made stores: what becomes of their jobs, and that they are what was asked for.
#include "bench/store/store.h"

#include <fstream>
#include <future>
#include <map>

#include <gtest/gtest.h>

#include "bench/load/engine.h"
#include "bench/store/copy.h"
#include "bench/store/facts.h"
#include "bench/store/kept.h"
#include "bench/store/life.h"
#include "log/unfinished.h"

namespace daybook::bench {
namespace {

constexpr Micros kUntil{1'763'251'200'000'000};

StoreOptions small() {
  StoreOptions out;
  out.jobs = 2'000;
  out.pending = 300;
  out.definitions = 7;
  out.failed = 5;
  out.cancelled = 10;
  out.retried = 15;
  out.span = hours(48);
  out.until = kUntil;
  return out;
}

TEST(StoreLives, AreAsManyOfEachKindAsWasAskedFor) {
  StoreOptions options = small();
  options.jobs = 20'000;
  options.pending = 3'000;
  std::map<Fate, std::uint64_t> fates;
  std::map<std::uint32_t, std::uint64_t> definitions;
  Micros before = options.until + Duration{-options.span.value};
  for (std::uint64_t i = 0; i < lives_of(options); ++i) {
    const Life life = life_of(options, i);
    EXPECT_GE(life.created, before);
    EXPECT_LE(life.created + kStoreTail, options.until);
    before = life.created;
    ++fates[life.fate];
    ++definitions[life.definition];
    EXPECT_EQ(life.fate == Fate::kPending, life.run_at > options.until + hours(2));
  }
  EXPECT_EQ(fates[Fate::kPending], 3'000U);
  EXPECT_NEAR(static_cast<double>(fates[Fate::kFailed]), 1'000, 150);
  EXPECT_NEAR(static_cast<double>(fates[Fate::kRetried]), 3'000, 250);
  EXPECT_NEAR(static_cast<double>(fates[Fate::kWithdrawn]), 1'000, 150);
  EXPECT_NEAR(static_cast<double>(fates[Fate::kStopped]), 1'000, 150);
  EXPECT_EQ(definitions.size(), 7U);
  EXPECT_GT(definitions[0], 3 * definitions[6]);
}

TEST(StoreLives, ParametersAreAboutAsLongAsWasAskedFor) {
  StoreOptions options = small();
  for (const std::size_t bytes : {std::size_t{100}, std::size_t{1'000}}) {
    options.parameter_bytes = bytes;
    for (std::uint64_t i = 0; i < 100; ++i) {
      EXPECT_NEAR(static_cast<double>(stored_parameters(options, i).size()),
                  static_cast<double>(bytes), 10);
    }
  }
}

TEST(StoreOptions, WhatCannotBeIsRefused) {
  StoreOptions options = small();
  options.failed = 80;
  EXPECT_EQ(check(options).error().reason, "BAD_MIX");
  options = small();
  options.span = Duration{kStoreSpanMin.value - 1};
  EXPECT_EQ(check(options).error().reason, "BAD_SPAN");
  options = small();
  options.definitions = 0;
  EXPECT_EQ(check(options).error().reason, "BAD_STORE");
}

class MadeStore : public testing::Test {
 protected:
  void SetUp() override {
    auto scratch = ScratchDirectory::make(testing::TempDir());
    ASSERT_TRUE(scratch.has_value());
    scratch_.emplace(std::move(*scratch));
  }
  std::filesystem::path path(const std::string& name) const { return scratch_->path() / name; }
  void make(const StoreOptions& options, const std::string& name, bool views = true) {
    const auto made = make_store({options, path(name), views, {}});
    ASSERT_TRUE(made) << made.error().text();
  }
  StoreFacts facts(const std::string& name) {
    const auto out = facts_of(path(name));
    EXPECT_TRUE(out) << out.error().text();
    return out ? *out : StoreFacts();
  }
  // Chain hash of its last event.
  Hash head(const std::string& name) {
    const auto data = log::DataDir::open(path(name), clock_);
    EXPECT_TRUE(data);
    const auto log = log::RocksLog::open_to_read(**data);
    EXPECT_TRUE(log);
    return (*log)->last_chain();
  }
  std::optional<ScratchDirectory> scratch_;
  const SystemClock clock_{};
};

TEST_F(MadeStore, HoldsWhatWasAskedFor) {
  make(small(), "a");
  const StoreFacts made = facts("a");
  EXPECT_EQ(made.ended, 2'000U);
  EXPECT_EQ(made.pending, 300U);
  EXPECT_GT(made.events, 3 * 2'000U + 300U);
  EXPECT_GT(made.views_bytes, 0U);
}

TEST_F(MadeStore, IsTheSameForTheSameOptions) {
  make(small(), "a", false);
  make(small(), "b", false);
  StoreOptions other = small();
  other.seed = 2;
  make(other, "c", false);
  EXPECT_EQ(head("a"), head("b"));
  EXPECT_NE(head("a"), head("c"));
  EXPECT_NE(store_key(small()), store_key(other));
}

TEST_F(MadeStore, JobsOfOneRequestCountOneByOne) {
  StoreOptions options = small();
  options.batch = 64;
  make(options, "a", false);
  EXPECT_EQ(facts("a").ended, 2'000U);
  EXPECT_EQ(facts("a").pending, 300U);
}

TEST_F(MadeStore, ASweepLeavesWhatIsNotOver) {
  StoreOptions options = small();
  options.retention = hours(12);
  options.sweep = true;
  make(options, "a");
  const StoreFacts made = facts("a");
  EXPECT_GT(made.ended, 400U);
  EXPECT_LT(made.ended, 600U);
  EXPECT_EQ(made.pending, 300U);
}

TEST_F(MadeStore, NeverGoesIntoWhatIsThere) {
  std::filesystem::create_directory(path("a"));
  std::ofstream(path("a") / "mine") << "text";
  const auto made = make_store({small(), path("a"), true, {}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().reason, "DIRECTORY_NOT_EMPTY");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path("a")), {}), 1);
}

TEST_F(MadeStore, ACopyIsWorkedOnAndTheStoreStays) {
  make(small(), "a");
  const Hash before = head("a");
  ASSERT_TRUE(copy_store(path("a"), path("b")));
  EXPECT_EQ(copy_store(path("a"), path("b")).error().reason, "DIRECTORY_NOT_EMPTY");
  {
    auto engine = Engine::open({path("b"), false, true, true, {}}, clock_);
    ASSERT_TRUE(engine) << engine.error().text();
    ASSERT_TRUE((*engine)->sequencer().call(scheduler::StartServer{"t", "h", 1, {}}));
    (*engine)->stop();
  }
  EXPECT_EQ(head("a"), before);
  EXPECT_NE(head("b"), before);
  EXPECT_EQ(facts("b").events, facts("a").events + 1);
}

TEST_F(MadeStore, OneThatIsNotFinishedIsNotCopied) {
  make(small(), "a", false);
  ASSERT_TRUE(log::mark_unfinished(path("a"), "store"));
  EXPECT_EQ(copy_store(path("a"), path("b")).error().reason, "UNFINISHED");
  EXPECT_EQ(facts_of(path("a")).error().reason, "UNFINISHED");
  EXPECT_FALSE(std::filesystem::exists(path("b")));
}

// When the identity of a kept store was written.
std::filesystem::file_time_type made_at(const std::filesystem::path& store) {
  return std::filesystem::last_write_time(store / "identity");
}

TEST_F(MadeStore, AKeptOneIsMadeOnce) {
  const auto first = kept_store(small(), path("kept"));
  ASSERT_TRUE(first) << first.error().text();
  const auto made = made_at(*first);
  const auto second = kept_store(small(), path("kept"));
  ASSERT_TRUE(second) << second.error().text();
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(made_at(*second), made);
  StoreOptions other = small();
  other.pending = 1;
  const auto third = kept_store(other, path("kept"));
  ASSERT_TRUE(third) << third.error().text();
  EXPECT_NE(*third, *first);
}

TEST_F(MadeStore, AKeptOneIsCopiedByManyAtOnce) {
  const auto copied = [&](const char* to) {
    return std::async(std::launch::async, [this, to] {
      const auto kept = kept_store(small(), path("kept"), path(to));
      return kept ? std::string() : kept.error().text();
    });
  };
  auto one = copied("one");
  auto two = copied("two");
  auto three = copied("three");
  EXPECT_EQ(one.get() + two.get() + three.get(), "");
  for (const char* copy : {"one", "two", "three"}) {
    EXPECT_TRUE(std::filesystem::exists(path(copy) / "identity")) << copy;
  }
}

TEST_F(MadeStore, AKeptOneIsMadeAgainWhenItIsOldOrWasNotFinished) {
  const auto first = kept_store(small(), path("kept"));
  ASSERT_TRUE(first) << first.error().text();
  ASSERT_TRUE(log::mark_unfinished(*first, "store"));
  ASSERT_TRUE(kept_store(small(), path("kept")));
  EXPECT_TRUE(log::check_finished(*first));
  const auto long_ago =
      std::filesystem::file_time_type::clock::now() - std::chrono::microseconds(kKeptMax.value);
  std::filesystem::last_write_time(*first / "identity", long_ago);
  ASSERT_TRUE(kept_store(small(), path("kept")));
  EXPECT_GT(made_at(*first), long_ago);
}

}  // namespace
}  // namespace daybook::bench
