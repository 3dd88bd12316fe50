#include "replay/ndjson.h"

#include <fstream>
#include <sstream>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "base/base64.h"
#include "base/limits/write_path.h"
#include "tests/replay/log_script.h"

namespace daybook::replay {
namespace {

std::string export_text(log::Log& log, const Range& range = {}) {
  std::string out;
  const auto done = export_ndjson(log, range, [&](std::string_view line) -> Status {
    out += line;
    return {};
  });
  EXPECT_TRUE(done) << done.error().text();
  return out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    out.push_back(line);
  }
  return out;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) {
    out += line + "\n";
  }
  return out;
}

Result<Transfer> import_text(const std::string& text, log::Log& log) {
  std::istringstream in(text);
  return import_ndjson(in, log);
}

std::vector<std::uint8_t> bytes_of(log::Log& log) {
  std::vector<std::uint8_t> out;
  const auto cursor = log.read(log.first());
  events::RecordView record;
  while (*(*cursor)->next(record)) {
    out.insert(out.end(), record.bytes.begin(), record.bytes.end());
  }
  return out;
}

class Ndjson : public testing::Test {
 protected:
  void SetUp() override { append_all(log_, encode(sample_script().records())); }
  // What an import of `text` into an empty log is refused with.
  Error refusal(const std::string& text) {
    log::MemoryLog target;
    const auto done = import_text(text, target);
    EXPECT_FALSE(done) << text.substr(0, 200);
    return done ? Error{} : done.error();
  }
  log::MemoryLog log_;
};

TEST_F(Ndjson, ImportOfAnExportIsTheSameLogByteForByte) {
  const std::string text = export_text(log_);
  log::MemoryLog copy;
  const auto done = import_text(text, copy);
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_EQ(done->events, log_.last().value);
  EXPECT_EQ(done->chain, log_.last_chain());
  EXPECT_EQ(copy.last(), log_.last());
  EXPECT_EQ(copy.last_chain(), log_.last_chain());
  EXPECT_EQ(bytes_of(copy), bytes_of(log_));
  EXPECT_EQ(export_text(copy), text);
}

TEST_F(Ndjson, ALargeLogGoesThroughInSeveralGroups) {
  log::MemoryLog large;
  append_traffic(large, 4000);
  log::MemoryLog copy;
  const auto done = import_text(export_text(large), copy);
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_EQ(copy.last_chain(), large.last_chain());
}

TEST_F(Ndjson, EveryLineIsReadableJson) {
  std::uint64_t seq = 0;
  for (const std::string& line : lines_of(export_text(log_))) {
    const auto value = boost::json::parse(line);
    EXPECT_EQ(value.at("seq").as_int64(), static_cast<std::int64_t>(++seq));
    EXPECT_TRUE(value.as_object().contains("type"));
    EXPECT_TRUE(value.as_object().contains("data"));
  }
  EXPECT_EQ(seq, log_.last().value);
}

TEST_F(Ndjson, DumpIsForPeopleAndCannotBeImported) {
  std::string text;
  const auto done = dump(log_, {Seq{3}, Seq{6}}, [&](std::string_view line) -> Status {
    text += line;
    return {};
  });
  ASSERT_TRUE(done);
  EXPECT_EQ(done->events, 4U);
  EXPECT_EQ(lines_of(text).size(), 4U);
  EXPECT_EQ(text.find("record"), std::string::npos);
  EXPECT_EQ(text.find("secret"), std::string::npos);
  EXPECT_EQ(refusal(text).reason, "BAD_LINE");
}

TEST_F(Ndjson, ASinkThatFailsEndsTheExport) {
  int lines = 0;
  const auto done = export_ndjson(log_, {}, [&](std::string_view) -> Status {
    return ++lines == 3 ? Status(fail(Code::kIo, "FULL", "no room")) : Status{};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().reason, "FULL");
  EXPECT_EQ(lines, 3);
}

TEST_F(Ndjson, APartialExportContinuesALogThatEndsBeforeIt) {
  const std::string head = export_text(log_, {Seq{1}, Seq{12}});
  const std::string tail = export_text(log_, {Seq{13}, Seq{1000}});
  log::MemoryLog copy;
  ASSERT_TRUE(import_text(head, copy));
  const auto done = import_text(tail, copy);
  ASSERT_TRUE(done) << done.error().text();
  EXPECT_EQ(done->first, Seq{13});
  EXPECT_EQ(copy.last_chain(), log_.last_chain());
  EXPECT_EQ(bytes_of(copy), bytes_of(log_));
}

TEST_F(Ndjson, ATailCannotGoBehindAnotherHistory) {
  log::MemoryLog other;
  Script script = sample_script();
  script.at("server.1").time = Micros{script.at("server.1").time.value - 1};
  auto records = script.records();
  records.resize(12);
  append_all(other, encode(records));
  const auto done = import_text(export_text(log_, {Seq{13}, Seq{1000}}), other);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().reason, "LOG_UNSOUND");
  EXPECT_NE(done.error().message.find("shape.chain"), std::string::npos);
  EXPECT_EQ(done.error().field, "line 1");
}

// An import that was interrupted is finished by doing it again.
TEST_F(Ndjson, WhatTheLogHoldsAlreadyIsComparedAndTheRestAdded) {
  const std::string whole = export_text(log_);
  for (const std::uint64_t held : {std::uint64_t{12}, log_.last().value}) {
    log::MemoryLog copy;
    ASSERT_TRUE(import_text(export_text(log_, {Seq{1}, Seq{held}}), copy));
    const auto done = import_text(whole, copy);
    ASSERT_TRUE(done) << done.error().text();
    EXPECT_EQ(done->first, Seq{1});
    EXPECT_EQ(bytes_of(copy), bytes_of(log_));
  }
}

TEST_F(Ndjson, AnotherHistoryIsNotTakenForWhatIsThere) {
  log::MemoryLog other;
  Script script = sample_script();
  script.at("server.1").time = Micros{script.at("server.1").time.value - 1};
  append_all(other, encode(script.records()));
  const Seq last = other.last();
  const auto done = import_text(export_text(log_), other);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().reason, "OTHER_HISTORY");
  EXPECT_EQ(done.error().field, "line 1");
  EXPECT_EQ(other.last(), last);
}

// Whoever reviews an export reads the members; an older release may have written fewer.
TEST_F(Ndjson, MembersThatAreNotWhatTheRecordSaysAreRefused) {
  const auto lines = lines_of(export_text(log_));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto value = boost::json::parse(lines[i]).as_object();
    const auto refused = [&](const boost::json::object& changed) {
      auto all = lines;
      all[i] = boost::json::serialize(changed);
      log::MemoryLog copy;
      const auto done = import_text(joined(all), copy);
      return done ? std::string("taken") : done.error().reason;
    };
    EXPECT_EQ(refused(value), "taken") << "the same in another form";
    for (const char* name : {"type", "actor", "time"}) {
      auto changed = value;
      changed[name] = "LIE";
      EXPECT_EQ(refused(changed), "LINE_DIFFERS") << i << " " << name;
    }
    for (const auto& [name, member] : value["data"].as_object()) {
      auto changed = value;
      changed["data"].as_object()[name] = "LIE";
      EXPECT_EQ(refused(changed), "LINE_DIFFERS") << i << " data." << name;
    }
    auto more = value;
    more["data"].as_object()["note"] = "LIE";
    EXPECT_EQ(refused(more), "LINE_DIFFERS") << i;
    auto fewer = value;
    fewer.erase("data");
    EXPECT_EQ(refused(fewer), "taken") << i;
  }
}

TEST_F(Ndjson, AnEmptyInputImportsNothing) {
  log::MemoryLog copy;
  const auto done = import_text("", copy);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->events, 0U);
  EXPECT_EQ(copy.last(), Seq{0});
}

TEST_F(Ndjson, TheLastLineMayLackItsLineEnd) {
  std::string text = export_text(log_);
  text.pop_back();
  log::MemoryLog copy;
  EXPECT_TRUE(import_text(text, copy));
  EXPECT_EQ(copy.last_chain(), log_.last_chain());
}

TEST_F(Ndjson, EachLinesFaultIsNamed) {
  const auto lines = lines_of(export_text(log_));
  const auto with = [&](std::size_t at, const std::string& line) {
    auto changed = lines;
    changed[at] = line;
    return joined(changed);
  };
  const std::pair<std::string, std::string_view> cases[] = {
      {with(4, ""), "BAD_LINE"},
      {with(4, "{"), "BAD_LINE"},
      {with(4, "[]"), "BAD_LINE"},
      {with(4, "\xff\xfe"), "BAD_LINE"},
      {with(4, lines[4] + lines[4]), "BAD_LINE"},
      {with(4, R"({"seq":5})"), "BAD_LINE"},
      {with(4, R"({"record":"AAAA"})"), "BAD_LINE"},
      {with(4, R"({"seq":5,"record":5})"), "BAD_LINE"},
      {with(4, R"({"seq":5,"record":"%%%%"})"), "BAD_LINE"},
      {with(4, R"({"seq":-5,"record":"AAAA"})"), "GAP"},
      {with(4, R"({"seq":"5","record":"AAAA"})"), "GAP"},
      {with(4, R"({"seq":5,"record":"AAAA"})"), "CORRUPT_RECORD"},
      {with(4, R"({"seq":5,"record":""})"), "CORRUPT_RECORD"},
      {with(4, lines[5]), "GAP"},
      {with(4, lines[3]), "GAP"},
  };
  for (const auto& [text, reason] : cases) {
    const Error error = refusal(text);
    EXPECT_EQ(error.reason, reason) << error.text();
    EXPECT_EQ(error.field, "line 5") << error.text();
  }
}

TEST_F(Ndjson, ARecordOfAnotherNumberOrWithMoreBytesIsRefused) {
  const auto records = encode(sample_script().records());
  auto lines = lines_of(export_text(log_));
  const auto line_with = [&](std::uint64_t seq, std::vector<std::uint8_t> bytes) {
    std::string line = R"({"seq":)" + std::to_string(seq) + R"(,"record":")";
    append_base64(line, bytes);
    return line + "\"}";
  };
  lines[4] = line_with(5, records[7]);
  EXPECT_EQ(refusal(joined(lines)).reason, "GAP");
  auto longer = records[4];
  longer.push_back(0);
  lines[4] = line_with(5, longer);
  EXPECT_EQ(refusal(joined(lines)).reason, "CORRUPT_RECORD");
  auto flipped = records[4];
  flipped[130] ^= 1;
  lines[4] = line_with(5, flipped);
  EXPECT_EQ(refusal(joined(lines)).reason, "CORRUPT_RECORD");
}

// Checksums and chain are sound, what the events say is not: the fold must never see it.
TEST_F(Ndjson, AHistoryThatCannotBeIsRefused) {
  Script script = sample_script();
  script.drop("create.a");
  log::MemoryLog hostile;
  append_all(hostile, encode(script.records()));
  const Error error = refusal(export_text(hostile));
  EXPECT_EQ(error.reason, "LOG_UNSOUND");
  EXPECT_NE(error.message.find("life.created"), std::string::npos) << error.text();
}

TEST_F(Ndjson, AnInputThatEndsInsideABatchIsRefused) {
  auto lines = lines_of(export_text(log_));
  lines.resize(6);  // the first of two
  const Error error = refusal(joined(lines));
  EXPECT_EQ(error.reason, "TORN_BATCH");
  EXPECT_EQ(error.field, "line 6");
}

TEST_F(Ndjson, EveryChangedByteOfALineIsRefusedOrChangesNothing) {
  const auto lines = lines_of(export_text(log_));
  const std::string& line = lines[0];
  for (std::size_t i = 0; i < line.size(); i += 3) {
    std::string changed = line;
    changed[i] = static_cast<char>(changed[i] ^ 0x11);
    log::MemoryLog copy;
    if (import_text(changed + "\n", copy)) {
      EXPECT_EQ(bytes_of(copy), encode(sample_script().records())[0]) << i;
    }
  }
}

TEST_F(Ndjson, ALineOverItsLimitIsRefusedBeforeItIsHeld) {
  // Endless: only a bounded reader comes back.
  class Endless final : public std::streambuf {
   protected:
    int_type underflow() override {
      std::fill(std::begin(block_), std::end(block_), 'x');
      setg(block_, block_, block_ + sizeof(block_));
      return 'x';
    }

   private:
    char block_[65'536] = {};
  };
  Endless endless;
  std::istream in(&endless);
  log::MemoryLog copy;
  const auto done = import_ndjson(in, copy);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().reason, "LINE_TOO_LONG");
}

TEST_F(Ndjson, AnInputThatCannotBeReadIsAnErrorNotAnEmptyLog) {
  std::ifstream absent("there is no such file");
  log::MemoryLog copy;
  const auto done = import_ndjson(absent, copy);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().reason, "INPUT_UNREADABLE");
}

TEST_F(Ndjson, ABatchOverItsLimitIsRefused) {
  log::MemoryLog large;
  events::GroupWriter writer(Seq{}, events::genesis(), Epoch{1});
  const std::vector<events::Event> start = {events::ServerStarted{Epoch{1}, "1", "h", 1}};
  writer.add({{}, "system", Script::kStart, {}}, start);
  const std::vector<events::Event> many(
      kBatchEventsMax + kBatchEventsMax / 2 + 10,
      events::ComponentPut{"c", events::Runtime::kExec, {"{}"}, {}, {}, {}, {}});
  writer.add({{}, "system", Script::kStart, {}}, many);
  ASSERT_TRUE(large.append(writer.take()));
  EXPECT_EQ(refusal(export_text(large)).reason, "BATCH_TOO_LARGE");
}

TEST_F(Ndjson, AFailedAppendIsPassedOn) {
  log::MemoryLog broken;
  broken.fail_append(1, make_error(Code::kIo, "EIO", "planted"));
  const auto done = import_text(export_text(log_), broken);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().reason, "EIO");
}

TEST_F(Ndjson, ARangeBehindTheTrimIsNamed) {
  ASSERT_TRUE(log_.trim(Seq{5}));
  const auto done = export_ndjson(log_, {}, [](std::string_view) -> Status { return {}; });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().reason, "LOG_TRIMMED");
  EXPECT_EQ(lines_of(export_text(log_, {Seq{6}, Seq{1000}})).size(), log_.last().value - 5);
}

}  // namespace
}  // namespace daybook::replay
