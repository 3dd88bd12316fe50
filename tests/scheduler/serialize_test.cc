#include "scheduler/serialize.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "base/limits/state.h"
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

// Ends all live jobs, whose presence alone makes the newest format.
void end_all(Engine& engine) {
  std::vector<JobId> jobs;
  engine.state.each_job([&](const JobView& job) { jobs.push_back(job.job); });
  for (const JobId job : jobs) {
    engine.ok<CancelOutcome>(RequestCancel{job, true});
  }
}

JobId oldest_job(const State& state) {
  JobId out;
  state.each_job([&](const JobView& job) { out = out.is_null() ? job.job : out; });
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
    EXPECT_EQ(other->run_at, job.run_at);
    EXPECT_EQ(other->due, job.due);
    EXPECT_EQ(other->priority, job.priority);
    EXPECT_EQ(other->attempt, job.attempt);
    EXPECT_EQ(other->definition->id, job.definition->id);
    EXPECT_EQ(again->parts().unique.held_by(job.job.key()),
              state.parts().unique.held_by(job.job.key()));
    EXPECT_EQ(other->started_at, job.started_at);
    EXPECT_EQ(other->secret, job.secret);
    EXPECT_EQ(other->lease_until, job.lease_until);
    EXPECT_EQ(other->cancel_requested, job.cancel_requested);
  });
  EXPECT_EQ(again->find_key("k", again->time())->body, sha256("a"));
  EXPECT_TRUE(again->find_unique("d", "key-3-b"));
}

TEST(Serialize, AKeyThatCameAgainBeforeItsOldUseWasForgottenComesBack) {
  Engine engine;
  const Micros end{engine.now.value + kIdempotencyWindowUs};
  KeyWindow& keys = engine.state.parts().keys;
  keys.insert("k", {sha256("a"), Seq{1}, Seq{2}, {}, engine.now});
  keys.insert("k", {sha256("b"), Seq{7}, Seq{8}, {}, end});
  const auto again = deserialize(form_of(engine.state));
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(form_of(*again), form_of(engine.state));
  EXPECT_EQ(again->find_key("k", end)->first, Seq{7});
}

// What format 2 added: imports, rule depths, sendings and rules.
void add_sendings_and_rules(State& state) {
  State::Parts& parts = state.parts();
  auto component = std::make_shared<Component>(*parts.components.at("c"));
  component->imports = {"lib/a", "lib/b"};
  parts.components["c"] = component;
  parts.rule_depths.emplace(oldest_job(state).key().value, 3);
  for (const std::uint64_t n : {4UL, 2UL, 9UL}) {
    const SendingId id{n, n};
    parts.sendings.emplace(id, Sending{id, Seq{10 - n}, Attempt{2}, Micros{77}});
  }
  parts.sendings_ended.insert(Seq{70});
  parts.rules.emplace("r", Rule{"r", "R", {{Seq{5}, "[]"}, {Seq{7}, "[2]"}}, {{"c", Seq{6}}}});
  parts.rules.emplace("q", Rule{"q", "", {{Seq{7}, "[1]"}}, {}});
  parts.rules_through = Seq{9};
}

TEST(Serialize, SendingsAndRulesComeBack) {
  Engine engine;
  live(engine, 2);
  State& state = engine.state;
  const Hash before = state.hash();
  add_sendings_and_rules(state);
  EXPECT_NE(state.hash(), before);
  const auto again = deserialize(form_of(state));
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(form_of(*again), form_of(state));
  EXPECT_EQ(again->find_component("c")->imports, (std::vector<std::string>{"lib/a", "lib/b"}));
  EXPECT_EQ(again->sending_count(), 3U);
  EXPECT_EQ(again->find_sending({4, 4})->created, Seq{6});
  EXPECT_EQ(again->find_sending({4, 4})->attempt, Attempt{2});
  EXPECT_EQ(again->find_sending({4, 4})->due, Micros{77});
  EXPECT_TRUE(again->is_sending_ended(Seq{70}));
  EXPECT_FALSE(again->is_sending_ended(Seq{71}));
  ASSERT_NE(again->find_rule("r"), nullptr);
  EXPECT_EQ(again->find_rule("r")->applied.at("c"), Seq{6});
  EXPECT_EQ(again->find_rule("r")->version_for(Seq{5}), nullptr);
  EXPECT_EQ(again->find_rule("r")->version_for(Seq{7})->components, "[]");
  EXPECT_EQ(again->find_rule("r")->version_for(Seq{8})->components, "[2]");
  EXPECT_EQ(again->rule_count(), 2U);
  EXPECT_EQ(again->rules_through(), Seq{9});
  std::uint32_t depth = 0;
  again->each_job([&](const JobView& job) { depth += job.rule_depth; });
  EXPECT_EQ(depth, 3U);
}

TEST(Serialize, FormatIsTheOldestThatHoldsAllThereIs) {
  Engine engine;
  live(engine, 2);
  State& state = engine.state;
  EXPECT_EQ(format_of(state), kStateFormat6);
  end_all(engine);
  EXPECT_EQ(format_of(state), kStateFormat3);
  state.parts().definition(0).starts = {};
  EXPECT_EQ(format_of(state), kStateFormat1);
  state.parts().sendings_ended.insert(Seq{70});
  EXPECT_EQ(format_of(state), kStateFormat2);
  state.parts().offsets = {seconds(-3), seconds(7)};
  EXPECT_EQ(format_of(state), kStateFormat4);
  for (int step = 0; step < 2; ++step) {
    const auto again = deserialize(form_of(state));
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_EQ(form_of(*again), form_of(state));
    state.parts().offsets = {};
  }
}

TEST(Serialize, StateWhoseSendingsAndRulesWentHasTheFormItHadBefore) {
  Engine engine;
  live(engine, 1);
  const auto before = form_of(engine.state);
  State::Parts& parts = engine.state.parts();
  parts.sendings.emplace(SendingId{1, 1}, Sending{});
  parts.sendings_ended.insert(Seq{3});
  EXPECT_NE(form_of(engine.state), before);
  parts.sendings.clear();
  parts.sendings_ended.erase(Seq{3});
  EXPECT_EQ(form_of(engine.state), before);
}

TEST(Serialize, FormatWithNothingOfItsOwnIsCorrupt) {
  const State empty;
  auto form = form_of(empty);
  form[0] = kStateFormat2;
  form.insert(form.end(), 7, 0);
  EXPECT_FALSE(deserialize(form));
  form[0] = kStateFormat3;
  form.insert(form.end(), 4, 0);
  EXPECT_FALSE(deserialize(form));
  form[0] = kStateFormat4;
  form.insert(form.end(), 4, 0);
  EXPECT_FALSE(deserialize(form));
  form[0] = kStateFormat6;
  EXPECT_FALSE(deserialize(form));
  form[0] = kStateFormat;
  form.insert(form.end(), 4, 0);
  EXPECT_FALSE(deserialize(form));
  form[0] = kStateFormat + 1;
  EXPECT_FALSE(deserialize(form));
}

TEST(Serialize, StartsOfRateLimitsComeBack) {
  Engine engine;
  engine.component("c");
  PutDefinition put = Engine::settings("d");
  put.rate_count = 3;
  put.rate_per = seconds(60);
  engine.definition(put);
  engine.definition("other");
  for (int i = 0; i < 2; ++i) {
    engine.now = engine.now + seconds(1);
    engine.start(engine.create("d"));
  }
  end_all(engine);
  EXPECT_EQ(format_of(engine.state), kStateFormat3);
  FormRead read;
  const auto again = deserialize(form_of(engine.state), &read);
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_FALSE(read.coarse);
  EXPECT_EQ(
      again->find_definition("d")->starts.groups(),
      (std::vector<RateWindow::Group>{{Micros{engine.now.value - 1'000'000}, 1}, {engine.now, 1}}));
  EXPECT_EQ(form_of(*again), form_of(engine.state));
}

TEST(Serialize, RateWindowOfAnOlderFormIsReadAndSaidToBeCoarse) {
  Engine engine;
  engine.definition("d");
  auto form = form_of(engine.state);
  ASSERT_EQ(form[0], kStateFormat1);
  // What stands behind the definition is four numbers that are zero; before them the window's
  // begin and its starts.
  const auto window = form.end() - 6;
  ASSERT_TRUE(std::all_of(window, form.end(), [](std::uint8_t byte) { return byte == 0; }));
  window[0] = 2 * 50;  // zigzag
  window[1] = 7;
  FormRead read;
  const auto state = deserialize(form, &read);
  ASSERT_TRUE(state) << state.error().text();
  EXPECT_EQ(read.format, kStateFormat1);
  EXPECT_TRUE(read.coarse);
  EXPECT_EQ(state->find_definition("d")->starts.groups(),
            (std::vector<RateWindow::Group>{{Micros{50}, 7}}));
  window[1] = 0;  // begun, and nothing started
  EXPECT_FALSE(deserialize(form));
}

TEST(Serialize, ContractsComeBackAndAreWhatTheirFormIsFor) {
  Engine engine;
  engine.component("c");
  engine.component("w");
  State& state = engine.state;
  EXPECT_EQ(format_of(state), kStateFormat1);
  auto& stored = state.parts().components.at("c");
  auto component = std::make_shared<Component>(*stored);
  component->contract = R"({"parameters":[]})";
  component->contract_of = sha256("texts");
  stored = component;
  EXPECT_EQ(format_of(state), kStateFormat5);
  auto form = form_of(state);
  const auto again = deserialize(form);
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(form_of(*again), form);
  EXPECT_EQ(again->find_component("c")->contract, component->contract);
  EXPECT_EQ(again->find_component("c")->contract_of, component->contract_of);
  EXPECT_EQ(again->find_component("w")->contract, "");
  // Of a component that is not there.
  const auto name = std::find_end(form.begin(), form.end(), component->contract.begin(),
                                  component->contract.end());
  ASSERT_NE(name, form.end());
  *(name - 2) = 'x';
  EXPECT_FALSE(deserialize(form));
}

TEST(Serialize, ClocksDelaysAndLostAttemptsComeBack) {
  Engine engine;
  live(engine, 2);
  State& state = engine.state;
  State::Parts& parts = state.parts();
  parts.offsets = {seconds(-3), seconds(7)};
  const JobId waiting = engine.create("d", engine.now + hours(1));
  parts.jobs.find(waiting)->wait_until(parts.jobs.find(waiting)->run_at(), true);
  JobId tried;
  state.each_job([&](const JobView& job) { tried = job.attempt.value > 0 ? job.job : tried; });
  parts.lost.emplace(tried.key().value, LostAttempts{1, 1});
  const auto again = deserialize(form_of(state));
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(form_of(*again), form_of(state));
  EXPECT_EQ(again->offsets(), parts.offsets);
  EXPECT_TRUE(again->find_job(waiting)->delayed);
  EXPECT_EQ(again->find_job(tried)->uncounted, 1U);
  EXPECT_EQ(again->find_job(tried)->lost_in_a_row, 1U);
}

// What format 3 added: what is done on a failure, plans of retried jobs, keys of several callers.
TEST(Serialize, WhatIsDoneOnAFailurePlansAndKeysOfCallersComeBack) {
  Engine engine;
  live(engine, 2);
  State::Parts& parts = engine.state.parts();
  parts.planned.clear();
  parts.definition(0).starts = {};
  parts.definition(parts.definition_slot("d")).settings.on_failure = R"([{"effect":"httpPost"}])";
  const JobId job = oldest_job(engine.state);
  parts.planned.emplace(job.key().value, Micros{77});
  const Micros now = engine.now;
  parts.keys.insert("k", {sha256("a"), Seq{1}, Seq{2}, sha256("c"), now}, "token-1");
  parts.keys.insert("k", {sha256("b"), Seq{3}, Seq{9}, sha256("d"), now}, "token-2");
  parts.keys.insert("l", {sha256("b"), Seq{10}, Seq{10}, {}, now});
  const auto again = deserialize(form_of(engine.state));
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(form_of(*again), form_of(engine.state));
  EXPECT_EQ(again->find_definition("d")->settings.on_failure, R"([{"effect":"httpPost"}])");
  EXPECT_EQ(again->find_job(job)->planned, Micros{77});
  EXPECT_EQ(again->find_key("k", now, "token-2")->last, Seq{9});
  EXPECT_EQ(again->find_key("k", now, "token-2")->chain, sha256("d"));
  EXPECT_EQ(again->find_key("k", now, "token-1")->first, Seq{1});
  EXPECT_FALSE(again->find_key("k", now));
  EXPECT_TRUE(again->find_key("l", now, "local"));
}

TEST(Serialize, MoreKeysThanAreToldInFullComeBack) {
  Engine engine;
  State::Parts& parts = engine.state.parts();
  for (std::size_t i = 0; i < kKeysTold + 3; ++i) {
    parts.keys.insert(std::to_string(i), {sha256("a"), Seq{i + 1}, Seq{i + 1}, {}, engine.now});
  }
  const auto again = deserialize(form_of(engine.state));
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->hash(), engine.state.hash());
  EXPECT_EQ(again->find_key("0", engine.now)->first, Seq{1});
  EXPECT_EQ(again->find_key(std::to_string(kKeysTold), engine.now)->body, sha256("a"));
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
  const RateWindow starts = parts.definition(0).starts;
  parts.definition(0).starts.start(engine.now, 9, seconds(60));
  EXPECT_NE(engine.state.hash(), before);
  parts.definition(0).starts = starts;
  ++parts.open.begin()->second.secret.low;
  EXPECT_NE(engine.state.hash(), before);
  --parts.open.begin()->second.secret.low;
  EXPECT_EQ(engine.state.hash(), before);
  parts.ended.insert(Seq{123'456});
  EXPECT_NE(engine.state.hash(), before);
}

TEST(Serialize, IdsOfEveryKindComeBack) {
  Engine engine;
  engine.definition("d");
  State::Parts& parts = engine.state.parts();
  std::vector<JobId> ids;
  std::uint64_t key = 0;
  for (const std::uint64_t high : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{0x7000},
                                   std::uint64_t{5} << 16 | 0x7fff, std::uint64_t{4} << 16}) {
    for (std::uint64_t variant = 0; variant < 4; ++variant) {
      key += 1 + (variant << 40);
      ids.push_back({high, variant << 62 | key});
      JobSlot& slot = parts.jobs.insert(ids.back());
      slot.definition = 0;
      slot.priority = static_cast<std::int8_t>(variant % 2 == 0 ? INT8_MIN : INT8_MAX);
      slot.attempts = kJobAttemptsMax;
      slot.wait_until(Micros{variant < 2 ? INT64_MIN : INT64_MAX}, true);
    }
  }
  parts.pending = parts.definition(0).pending = ids.size();
  const auto again = deserialize(form_of(engine.state));
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(form_of(*again), form_of(engine.state));
  for (const JobId id : ids) {
    const JobSlot* read = again->parts().jobs.find(id);
    ASSERT_NE(read, nullptr);
    EXPECT_EQ(read->at, parts.jobs.find(id)->at);
    EXPECT_EQ(read->attempts, kJobAttemptsMax);
    EXPECT_EQ(read->priority, parts.jobs.find(id)->priority);
  }
}

TEST(Serialize, KeptParametersFollowTheFormAndAreNoPartOfTheHash) {
  Engine engine;
  live(engine, 2);
  State& state = engine.state;
  const JobId job = oldest_job(state);
  const Hash before = state.hash();
  state.keep_parameters(job, R"({"round":0})");
  EXPECT_EQ(state.hash(), before);
  std::vector<std::uint8_t> whole;
  ASSERT_TRUE(serialize(
      state,
      [&](std::span<const std::uint8_t> piece) {
        whole.insert(whole.end(), piece.begin(), piece.end());
        return Status{};
      },
      Kept::kWith));
  const std::size_t form = form_of(state).size();
  ASSERT_GT(whole.size(), form);
  const auto again = deserialize(whole);
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(*again->find_job(job)->kept_parameters, R"({"round":0})");
  EXPECT_EQ(again->hash(), before);
  for (std::size_t size = form + 1; size < whole.size(); ++size) {
    EXPECT_FALSE(deserialize(std::span(whole).first(size))) << size;
  }
  engine.ok<CancelOutcome>(RequestCancel{job, true});
  EXPECT_TRUE(state.parts().kept.empty());
}

TEST(Serialize, FarJobsAreUnderTwelveBytesEach) {
  constexpr std::uint64_t kJobs = 100'000;
  Engine engine;
  engine.definition("d");
  State::Parts& parts = engine.state.parts();
  for (std::uint64_t i = 1; i <= kJobs; ++i) {
    const Micros created{kStart.value + static_cast<std::int64_t>(i) * 100};
    parts.jobs.insert(JobId::make(created, 0, Seq{i}))
        .wait_until(created + hours(24 * 30) + seconds(static_cast<std::int64_t>(i)), false);
  }
  parts.pending = parts.definition(0).pending = kJobs;
  EXPECT_LT(form_of(engine.state).size(), kJobs * 12);
}

TEST(Serialize, CutAtAnyByteIsCorrupt) {
  Engine engine;
  live(engine, 1);
  add_sendings_and_rules(engine.state);
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
  add_sendings_and_rules(engine.state);
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
