#include "replay/checker.h"

#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "base/hex.h"
#include "base/sha256.h"
#include "tests/replay/log_script.h"

namespace daybook::replay {
namespace {

TEST(Checker, ASoundLogHasNoViolation) {
  const CheckReport report = check(encode(sample_script().records()));
  EXPECT_TRUE(report.sound()) << report.text();
  EXPECT_TRUE(report.whole_life);
  EXPECT_EQ(report.jobs.created, 14U);
  EXPECT_EQ(report.jobs.completed, 4U);
  EXPECT_EQ(report.jobs.failed, 3U);
  EXPECT_EQ(report.jobs.cancelled, 2U);
  EXPECT_EQ(report.jobs.pending, 5U);
  EXPECT_EQ(report.jobs.running, 0U);
  EXPECT_EQ(report.jobs.removed, 2U);
}

// A rule asks for a job at a given time, while logical time is ten minutes ahead of the wall clock.
CheckReport check_given_time(std::int64_t second) {
  using events::ClockStep;
  Script s = sample_script();
  s.add("back", 880,
        {events::ClockStepped{ClockStep::kBack, seconds(-600), {seconds(50), seconds(600)}, {}}},
        3);
  const Seq applied = s.next_seq();
  events::JobCreated job;
  job.job = s.next_job(881, 1);
  job.definition = "short";
  job.parameters = {"{}"};
  job.run_at = Script::kStart + seconds(second);
  job.effect_of = applied;
  s.add("rule.late", 881,
        {events::RuleApplied{"r", "a.hrule", sha256("a.hrule"), Seq{applied.value - 1}, 1, {}, {}},
         job},
        3);
  return check(encode(s.records()));
}

TEST(Checker, AGivenTimeIsSoonByTheWallClock) {
  const CheckReport late = check_given_time(835);
  EXPECT_TRUE(late.sound()) << late.text();
  EXPECT_TRUE(check_given_time(235).found(Rule::kRuleDepth));
}

TEST(Checker, AnEmptyLogIsSound) {
  EXPECT_TRUE(check({}).sound());
}

TEST(Checker, EveryPrefixOfWholeBatchesIsSound) {
  const auto records = sample_script().records();
  for (std::size_t size = 0; size <= records.size(); ++size) {
    const std::vector<RawRecord> part(records.begin(),
                                      records.begin() + static_cast<std::ptrdiff_t>(size));
    const bool whole =
        part.empty() || part.back().header.batch_index + 1 == part.back().header.batch_count;
    const CheckReport report = check(encode(part));
    EXPECT_EQ(report.sound(), whole) << size << ": " << report.text();
    EXPECT_EQ(report.found(Rule::kBatch), !whole);
  }
}

TEST(Checker, ReadsALogFromItsFirstRecordToItsHead) {
  log::MemoryLog log;
  append_all(log, encode(sample_script().records()));
  const auto report = check_log(log);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->sound()) << report->text();
  EXPECT_EQ(report->events, log.last().value);
  EXPECT_EQ(report->last, log.last());
  EXPECT_EQ(report->chain, log.last_chain());
}

TEST(Checker, ATrimmedLogIsCheckedForItsShape) {
  log::MemoryLog log;
  append_all(log, encode(sample_script().records()));
  ASSERT_TRUE(log.trim(Seq{9}));
  const auto report = check_log(log);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->sound()) << report->text();
  EXPECT_FALSE(report->whole_life);
  EXPECT_EQ(report->events, log.last().value - 9);
}

TEST(Checker, NeverStopsAndCountsBeyondWhatItKeeps) {
  auto records = encode(sample_script().records());
  for (auto& record : records) {
    record[20] ^= 1;
  }
  CheckOptions options;
  options.violations_max = 3;
  Checker checker(options);
  for (const auto& record : records) {
    events::RecordView view;
    view.bytes = record;
    checker.check(view);
  }
  const CheckReport report = checker.finish();
  EXPECT_EQ(report.violations, records.size());
  EXPECT_EQ(report.first.size(), 3U);
  EXPECT_NE(report.text().find("and " + std::to_string(records.size() - 3) + " more"),
            std::string::npos);
}

TEST(Checker, RuleNamesAreTheirOwn) {
  std::set<std::string_view> names;
  for (const RuleText& rule : rules()) {
    EXPECT_TRUE(names.insert(rule.name).second) << rule.name;
    EXPECT_FALSE(rule.says.empty());
    EXPECT_EQ(rule_name(rule.rule), rule.name);
  }
}

Result<Ledger> read_ledger(const std::string& text) {
  std::istringstream in(text);
  return Ledger::read(in);
}

TEST(Ledger, ReadsItsThreeKindsOfLines) {
  const std::string hash(64, 'a');
  const auto ledger = read_ledger("# client 1\n\nack 5 " + hash + "\nack 5 " + hash +
                                  "\nrefused 00000000-0000-4000-8000-000000000001\n"
                                  "unknown 00000000-0000-4000-8000-000000000002\n"
                                  "unknown 00000000-0000-4000-8000-000000000003 4\n");
  ASSERT_TRUE(ledger) << ledger.error().text();
  EXPECT_EQ(ledger->acknowledged.size(), 1U);
  EXPECT_EQ(ledger->refused.size(), 1U);
  EXPECT_EQ(ledger->unknown.at(CommandId{0x4000, 0x8000'0000'0000'0003}), 4U);
}

TEST(Ledger, NamesTheLineThatIsWrong) {
  const std::string hash(64, 'a');
  for (const std::string& bad :
       {std::string("ack 0 ") + hash, "ack x " + hash, std::string("ack 5 aa"),
        "ack 5 " + hash + " more", std::string("refused 12"), std::string("unknown"),
        std::string("unknown 00000000-0000-4000-8000-000000000002 0"), std::string("acked 1"),
        "ack 7 " + std::string(64, 'b')}) {
    const auto ledger = read_ledger("ack 7 " + hash + "\n" + bad + "\n");
    ASSERT_FALSE(ledger) << bad;
    EXPECT_EQ(ledger.error().field, "line 2") << bad;
  }
}

TEST(Ledger, WhatStandsInTheLogIsSound) {
  const auto records = encode(sample_script().records());
  Ledger ledger;
  for (const auto& record : records) {
    const auto view = events::read_record(record);
    ledger.acknowledged.emplace(view->header.seq, view->header.chain);
  }
  ledger.refused.emplace(CommandId{0x4000, 0xffff}, 0);
  ledger.unknown.emplace(CommandId{0x4000, 0xfffe}, 1);  // absent
  ledger.unknown.emplace(CommandId{0x4000, 6}, 1);       // there, whole
  const CheckReport report = check(records, ledger);
  EXPECT_TRUE(report.sound()) << report.text();
}

}  // namespace
}  // namespace daybook::replay
