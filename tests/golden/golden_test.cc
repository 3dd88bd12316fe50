// Reads what released versions wrote.
#include <fstream>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "base/base64.h"
#include "base/hex.h"
#include "events/catalogue.h"
#include "events/codec.h"
#include "events/json.h"
#include "replay/checker.h"
#include "replay/fold.h"
#include "replay/ndjson.h"
#include "scheduler/recover.h"
#include "tests/events/samples.h"
#include "tests/replay/log_script.h"

namespace daybook::replay {
namespace {

constexpr std::string_view kHistoryHead =
    "57974a5c0a3051b1007f3e4a56e0dcf2a4a90461e8c292cb8524e0c65b3d4925";
constexpr std::string_view kHistoryState =
    "83b6988f8fd0a9ed5ac068e706abbc5220ec9d0608a79a47f972ee3e46a42146";
constexpr std::string_view kMembersHead =
    "e6a3711a7dbc614ebe0def2d6627decc3022acd4b4ad7f7a0a03c08c689763ff";

std::string file_text(const std::string& name) {
  std::ifstream in(std::string(DAYBOOK_GOLDEN) + "/" + name, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  EXPECT_FALSE(out.str().empty()) << name;
  return out.str();
}

// The record of each line, by the only other reader of it.
std::vector<std::vector<std::uint8_t>> records_of(const std::string& text) {
  std::vector<std::vector<std::uint8_t>> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    const auto from = line.find(R"("record":")") + 10;
    const auto bytes = parse_base64(std::string_view(line).substr(from, line.size() - from - 2));
    EXPECT_TRUE(bytes) << line;
    out.push_back(bytes.value_or(std::vector<std::uint8_t>{}));
  }
  return out;
}

TEST(Golden, TheHistoryOfFormat1GivesTheSameHashes) {
  const std::string text = file_text("log_v1.ndjson");
  log::MemoryLog log;
  std::istringstream in(text);
  const auto done = import_ndjson(in, log);
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_EQ(to_hex(log.last_chain()), kHistoryHead);
  scheduler::State state;
  ASSERT_TRUE(fold(state, log, {.chain = true}));
  EXPECT_EQ(to_hex(state.hash()), kHistoryState);
  const auto report = check_log(log);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->sound()) << report->text();
}

TEST(Golden, TheHistoryHoldsEveryEventType) {
  std::set<std::uint16_t> types;
  for (const auto& bytes : records_of(file_text("log_v1.ndjson"))) {
    const auto record = events::read_record(bytes);
    ASSERT_TRUE(record) << record.error().text();
    ASSERT_TRUE(events::decode(*record));
    types.insert(record->header.type);
  }
  EXPECT_EQ(types.size(), 18U);
}

TEST(Golden, TheExportOfTheHistoryIsTheFile) {
  const std::string text = file_text("log_v1.ndjson");
  log::MemoryLog log;
  std::istringstream in(text);
  ASSERT_TRUE(import_ndjson(in, log));
  std::string again;
  ASSERT_TRUE(export_ndjson(log, {}, [&](std::string_view line) -> Status {
    again += line;
    return {};
  }));
  EXPECT_EQ(records_of(again), records_of(text));
}

TEST(Golden, EveryMemberOfFormat1IsStillRead) {
  const auto records = records_of(file_text("members_v1.ndjson"));
  const auto samples = events::samples::all();
  ASSERT_GE(samples.size(), records.size());
  ASSERT_EQ(records.size(), 18U);
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto record = events::read_record(records[i]);
    ASSERT_TRUE(record) << record.error().text();
    const auto read = events::decode(*record);
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(events::data_json(read->event), events::data_json(samples[i]));
    EXPECT_EQ(read->meta.actor, "token-7");
  }
  EXPECT_EQ(to_hex(events::read_record(records.back())->header.chain), kMembersHead);
}

}  // namespace
}  // namespace daybook::replay
