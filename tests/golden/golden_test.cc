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
#include "log/archive.h"
#include "replay/checker.h"
#include "replay/fold.h"
#include "replay/ndjson.h"
#include "scheduler/recover.h"
#include "tests/events/samples.h"
#include "tests/log/rig.h"
#include "tests/replay/log_script.h"

namespace daybook::replay {
namespace {

// What a release wrote, and what must come of it for ever.
struct Format {
  std::string suffix;
  std::size_t types;
  std::string_view history_head;
  // Of the form 6 of the state, which holds live jobs without their parameters, or of 7 where
  // there are owners.
  std::string_view history_state;
  std::string_view members_head;
  std::vector<events::Event> members;
};

const std::vector<Format>& formats() {
  static const std::vector<Format> kFormats = {
      {"v1.ndjson", 18, "57974a5c0a3051b1007f3e4a56e0dcf2a4a90461e8c292cb8524e0c65b3d4925",
       "e12c91f05c3e5539299add0dd98730041de4b09bc9250dcb25e863e95f12be46",
       "e6a3711a7dbc614ebe0def2d6627decc3022acd4b4ad7f7a0a03c08c689763ff",
       events::samples::all_of_v1()},
      {"v2.ndjson", 28, "7ab8a52bbc38270955f042f3ff5ad5a2d36158d0c721b8cc52a6fa89bdd22ca7",
       "1f349d0794e4ba1f061506a38738989ddf3aa87aac5d9ef8ac3fc3dec8ba4290",
       "3f256d837b1ee2e1340bc95b090010614304936c23ba5104ae80c756a97ee992",
       events::samples::all_of_v2()},
      {"v3.ndjson", 29, "a153d67915b638551930bba852a7937ecce4de4a25c959524671d0f4e3b868cd",
       "97bc64096f173b64cde0055b9f12e99e2d71701eb04479e69746ae2e3c1df77c",
       "88a5e0c2b432f397dff68cbe32a15fbe6722228b40afa0c1c112d6fc4fb33043",
       events::samples::all_of_v3()},
      {"v4.ndjson", 30, "24950230d3d11f78fdb85770dcf54823ce7038050f165980d2ae59f3849f28ab",
       "27b125186ed6db9150e88bbb4a2520a9e0b122690ff9ae74b58112aa28f70ed9",
       "10da80089db4ac8d737320ab034c4762512653028660a7a21994cbb0d807c32b",
       events::samples::all_of_v4()},
      {"v5.ndjson", 34, "bc55f862a49f34afb641d7b0c22e31d8872934a25a2264626479d590537a55de",
       "ada30dc8905907ef24516bca0627f92d059c934af5002176215de76a44b3f17b",
       "5e2a94b63c994a03c7c9110d2c1e1da3cc164e1cd378cdb0fb892c6be91b3ce8",
       events::samples::all_of_v5()},
  };
  return kFormats;
}

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

class Golden : public testing::TestWithParam<Format> {};
INSTANTIATE_TEST_SUITE_P(Releases, Golden, testing::ValuesIn(formats()),
                         [](const auto& format) { return format.param.suffix.substr(0, 2); });

TEST_P(Golden, TheHistoryGivesTheSameHashes) {
  const std::string text = file_text("log_" + GetParam().suffix);
  log::MemoryLog log;
  std::istringstream in(text);
  const auto done = import_ndjson(in, log);
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_EQ(to_hex(log.last_chain()), GetParam().history_head);
  scheduler::State state;
  ASSERT_TRUE(fold(state, log, {.chain = true}));
  EXPECT_EQ(to_hex(state.hash()), GetParam().history_state);
  const auto report = check_log(log);
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->sound()) << report->text();
}

TEST_P(Golden, TheHistoryHoldsEveryEventType) {
  std::set<std::uint16_t> types;
  for (const auto& bytes : records_of(file_text("log_" + GetParam().suffix))) {
    const auto record = events::read_record(bytes);
    ASSERT_TRUE(record) << record.error().text();
    ASSERT_TRUE(events::decode(*record));
    types.insert(record->header.type);
  }
  EXPECT_EQ(types.size(), GetParam().types);
}

TEST_P(Golden, TheExportOfTheHistoryIsTheFile) {
  const std::string text = file_text("log_" + GetParam().suffix);
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

TEST_P(Golden, EveryMemberIsStillRead) {
  const auto records = records_of(file_text("members_" + GetParam().suffix));
  const auto& samples = GetParam().members;
  ASSERT_EQ(samples.size(), records.size());
  ASSERT_EQ(records.size(), GetParam().types);
  for (std::size_t i = 0; i < records.size(); ++i) {
    const auto record = events::read_record(records[i]);
    ASSERT_TRUE(record) << record.error().text();
    const auto read = events::decode(*record);
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(events::data_json(read->event), events::data_json(samples[i]));
    EXPECT_EQ(read->meta.actor, "token-7");
  }
  EXPECT_EQ(to_hex(events::read_record(records.back())->header.chain), GetParam().members_head);
}

// Tables and archives were not compressed once.
TEST(GoldenStore, AnUncompressedStoreOpensAndGoesOn) {
  const log::rig::TempDir dir;
  log::rig::copy_tree(std::filesystem::path(DAYBOOK_GOLDEN) / "store_v1", dir / "data");
  const std::string_view head = formats().front().history_head;
  Seq last;
  {
    log::rig::Opened opened = log::rig::must_open(dir / "data");
    EXPECT_EQ(to_hex(opened.log->last_chain()), head);
    const auto report = check_log(*opened.log);
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->sound()) << report->text();
    last = opened.log->last();
  }
  log::rig::Opened again = log::rig::must_open(dir / "data");
  EXPECT_EQ(again.log->last(), last);
  EXPECT_EQ(to_hex(again.log->last_chain()), head);
}

TEST(GoldenStore, AnUncompressedArchiveIsRead) {
  const auto file = std::filesystem::path(DAYBOOK_GOLDEN) / "archive_v1.archive";
  const auto info = log::verify_archive(file);
  ASSERT_TRUE(info) << info.error().text();
  EXPECT_EQ(info->first, Seq{1});
  EXPECT_EQ(info->last, Seq{20});
  EXPECT_EQ(info->stored_bytes, info->bytes);
  const auto records = records_of(file_text("log_v1.ndjson"));
  const auto cursor = log::ArchiveCursor::open(file);
  ASSERT_TRUE(cursor);
  events::RecordView record;
  for (std::size_t i = 0; *(*cursor)->next(record); ++i) {
    EXPECT_EQ(std::vector<std::uint8_t>(record.bytes.begin(), record.bytes.end()), records[i]);
  }
}

}  // namespace
}  // namespace daybook::replay
