#include "dispatch/rule_depth.h"

#include <gtest/gtest.h>

#include "base/limits/rules.h"
#include "events/codec.h"
#include "events/group.h"
#include "log/memory_log.h"

namespace daybook::dispatch {
namespace {

class RuleDepth : public testing::Test {
 protected:
  Seq add(const events::Event& event, Seq cause = {}) {
    const Seq seq = writer_.next_seq();
    writer_.add({{1, seq.value}, "system", Micros{1'763'251'200'000'000}, cause},
                std::vector<events::Event>{event});
    EXPECT_TRUE(log.append(writer_.take()));
    return seq;
  }
  Seq job(std::uint32_t depth, Seq effect_of = {}) {
    events::JobCreated e;
    e.job = JobId::make(Micros{1'763'251'200'000'000}, 0, writer_.next_seq());
    e.definition = "d";
    e.parameters = {"{}"};
    e.rule_depth = depth;
    e.effect_of = effect_of;
    return add(e);
  }
  Seq completed(Seq created) {
    events::JobCompleted e;
    e.job = JobId::make(Micros{1'763'251'200'000'000}, 0, created);
    e.definition = "d";
    e.end = {Attempt{1}, created, Micros{1'763'251'200'000'000}};
    e.result = {"{}"};
    return add(e);
  }
  Seq applied(Seq on) {
    events::RuleApplied e;
    e.rule = "r";
    e.component = "a.hrule";
    e.on = on;
    e.effects = 1;
    return add(e);
  }
  // A sending that the event asked for, and its SendingSent event.
  Seq sent(Seq effect_of) {
    events::SendingCreated e;
    e.sending = {1, writer_.next_seq().value};
    e.recipient = "a@example.org";
    e.category = "rule";
    e.content = {"{}"};
    e.effect_of = effect_of;
    const Seq created = add(e);
    return add(events::SendingSent{e.sending, Attempt{1}, ""}, created);
  }
  std::uint32_t depth(Seq event) {
    auto cursor = std::move(*log.read(event));
    events::RecordView record;
    EXPECT_TRUE(*cursor->next(record));
    const auto out = rule_depth(log, subject_of(*events::decode(record)));
    EXPECT_TRUE(out);
    return out.value_or(0);
  }

  log::MemoryLog log;

 private:
  events::GroupWriter writer_{Seq{}, events::genesis(), Epoch{1}};
};

TEST_F(RuleDepth, JobHasItsOwn) {
  EXPECT_EQ(depth(job(0)), 0U);
  const Seq created = job(5);
  EXPECT_EQ(depth(created), 5U);
  EXPECT_EQ(depth(completed(created)), 5U);
}

TEST_F(RuleDepth, SendingOfARequestHasNone) {
  EXPECT_EQ(depth(sent({})), 0U);
}

TEST_F(RuleDepth, SendingOfAJobHasTheJobs) {
  EXPECT_EQ(depth(sent(completed(job(3)))), 3U);
}

TEST_F(RuleDepth, SendingOfARuleIsOneDeeperThanWhatTheRuleRanFor) {
  EXPECT_EQ(depth(sent(applied(completed(job(3))))), 4U);
  EXPECT_EQ(depth(sent(applied(sent(applied(job(0)))))), 2U);
}

TEST_F(RuleDepth, MailsThatLeadToMailsComeToAnEnd) {
  Seq last = job(0);
  for (std::uint32_t i = 0; i < 40; ++i) {
    last = sent(applied(last));
  }
  EXPECT_EQ(depth(last), kRuleDepthMax + 1);
}

TEST_F(RuleDepth, WhatLeftTheLogCountsForNothing) {
  const Seq created = job(5);
  const Seq end = completed(created);
  ASSERT_TRUE(log.trim(created));
  EXPECT_EQ(depth(end), 0U);
}

}  // namespace
}  // namespace daybook::dispatch
