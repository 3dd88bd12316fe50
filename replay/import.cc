// The import half of ndjson.h: from untrusted lines to a log.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "base/base64.h"
#include "base/limits/json.h"
#include "base/limits/write_path.h"
#include "events/codec.h"
#include "events/group.h"
#include "events/json.h"
#include "events/record.h"
#include "replay/checker.h"
#include "replay/ndjson.h"
#include "replay/progress.h"

namespace daybook::replay {
namespace {

enum class Got : std::uint8_t { kLine, kEnd, kTooLong, kFailed };

// Reads a line of at most kNdjsonLineBytesMax bytes, however long the input's lines are.
Got read_line(std::istream& in, std::string& out) {
  std::array<char, 64 * 1024> block;
  out.clear();
  for (;;) {
    in.getline(block.data(), block.size());
    const auto got = static_cast<std::size_t>(in.gcount());
    const bool whole = in.good();  // got counts the line end then
    out.append(block.data(), whole ? got - 1 : got);
    if (out.size() > kNdjsonLineBytesMax) {
      return Got::kTooLong;
    }
    if (whole) {
      return Got::kLine;
    }
    if (in.eof()) {
      return out.empty() ? Got::kEnd : Got::kLine;
    }
    if (in.bad() || got == 0) {
      return Got::kFailed;
    }
    in.clear();  // the block was full before the line ended
  }
}

// The path of the first member of `said` that `meant` does not have with the same value; empty when
// there is none. An earlier release may have said less.
std::string first_lie(const boost::json::object& said, const boost::json::object& meant,
                      std::string_view but) {
  for (const auto& [name, value] : said) {
    if (name == but) {
      continue;
    }
    const boost::json::value* other = meant.if_contains(name);
    const bool objects = other != nullptr && value.is_object() && other->is_object();
    const std::string inner =
        objects ? first_lie(value.get_object(), other->get_object(), {}) : std::string();
    if (!inner.empty()) {
      return std::string(name) + "." + inner;
    }
    if (!objects && (other == nullptr || *other != value)) {
      return std::string(name);
    }
  }
  return {};
}

class Importer {
 public:
  explicit Importer(log::Log& log)
      : log_(log), checker_(CheckOptions{}), held_(log.last()), expected_(next(held_)) {
    group_.first = expected_;
  }

  // What the log holds already is where the new lines go on: the rules need to know it.
  Status read_prefix() {
    if (held_ == Seq{}) {
      return {};
    }
    DAYBOOK_ASSIGN(const auto cursor, log_.read(Seq{1}));
    events::RecordView record;
    for (;;) {
      DAYBOOK_ASSIGN(const bool more, cursor->next(record));
      if (!more) {
        break;
      }
      checker_.check(record);
    }
    if (checker_.violations() != 0) {
      return fail(Code::kCorrupt, "LOG_UNSOUND",
                  "what the log holds already breaks a rule: " + checker_.last_violation());
    }
    return {};
  }

  Status add_line(std::string_view line, std::uint64_t number) {
    const std::string where = "line " + std::to_string(number);
    DAYBOOK_ASSIGN(const Line read, record_of(line, number == 1, where));
    const events::Bytes bytes = read.record;
    const auto record = events::read_record(bytes);
    if (!record) {
      return fail(Code::kCorrupt, record.error().reason, record.error().message, where);
    }
    if (record->bytes.size() != bytes.size()) {
      return fail(Code::kCorrupt, "CORRUPT_RECORD", "there are bytes after the record", where);
    }
    if (record->header.seq != expected_) {
      return gap(record->header.seq, where);
    }
    if (expected_ <= held_) {
      return compare(bytes, where);
    }
    return add(*record, line, read, where);
  }

  Status finish(std::uint64_t lines) {
    if (batch_open_) {
      return fail(Code::kCorrupt, "TORN_BATCH", "the input ends inside a batch",
                  "line " + std::to_string(lines));
    }
    return flush();
  }

  Seq last() const { return Seq{expected_.value - 1}; }

 private:
  struct Line {
    std::uint64_t seq = 0;
    std::vector<std::uint8_t> record;
    boost::json::value value;
  };

  // What the log holds already.
  Status compare(events::Bytes bytes, const std::string& where) {
    events::RecordView ours;
    DAYBOOK_ASSIGN(const bool there, overlap_->next(ours));
    if (!there || !std::equal(bytes.begin(), bytes.end(), ours.bytes.begin(), ours.bytes.end())) {
      return fail(Code::kConflict, "OTHER_HISTORY",
                  "the log holds another event " + std::to_string(expected_.value), where);
    }
    expected_ = next(expected_);
    return {};
  }

  Status add(const events::RecordView& view, std::string_view line, const Line& read,
             const std::string& where) {
    const events::Header& header = view.header;
    checker_.check(view);
    if (checker_.violations() != 0) {
      return fail(Code::kCorrupt, "LOG_UNSOUND", checker_.last_violation(), where);
    }
    DAYBOOK_TRY(check_members(view, line, read, where));
    group_.bytes.insert(group_.bytes.end(), view.bytes.begin(), view.bytes.end());
    ++group_.count;
    group_.chain = header.chain;
    expected_ = next(expected_);
    batch_open_ = header.batch_index + 1 < header.batch_count;
    if (!batch_open_ &&
        (group_.bytes.size() >= kBatchBytesMax / 2 || group_.count >= kBatchEventsMax / 2)) {
      return flush();
    }
    if (group_.count > kBatchEventsMax + kBatchEventsMax / 2 ||
        group_.bytes.size() > 4 * kBatchBytesMax) {
      return fail(Code::kTooLarge, "BATCH_TOO_LARGE", "no batch has so many events or bytes",
                  where);
    }
    return {};
  }

  tl::unexpected<Error> gap(Seq found, const std::string& where) const {
    // Only an export of a compacted log begins later.
    const bool trimmed = expected_ == Seq{1} && found > expected_;
    return fail(Code::kCorrupt, "GAP",
                "event " + std::to_string(found.value) + " stands where " +
                    std::to_string(expected_.value) + " must" +
                    (trimmed ? "; give its archives back to the log before it is exported "
                               "(daybook log restore-archive)"
                             : ""),
                where);
  }

  // A person who reviews an export reads its members, not its record.
  static Status check_members(const events::RecordView& record, std::string_view line,
                              const Line& read, const std::string& where) {
    DAYBOOK_ASSIGN(const events::Recorded recorded, events::decode(record));
    std::string wanted = events::to_json(recorded);
    wanted.pop_back();  // the closing brace
    if (line.starts_with(wanted + R"(,"record":)")) {
      return {};
    }
    const boost::json::value said = boost::json::parse(wanted + "}");
    const std::string differs = first_lie(read.value.get_object(), said.get_object(), "record");
    if (differs.empty()) {
      return {};
    }
    return fail(Code::kCorrupt, "LINE_DIFFERS",
                "the member " + differs + " is not what the record says", where);
  }

  Result<Line> record_of(std::string_view line, bool first, const std::string& where) {
    boost::system::error_code error;
    boost::json::parse_options options;
    options.max_depth = 4 * kJsonDepthMax;
    Line out;
    out.value = boost::json::parse(line, error, {}, options);
    const boost::json::value& value = out.value;
    if (error || !value.is_object()) {
      return fail(Code::kMalformed, "BAD_LINE", "is not a JSON object", where);
    }
    const boost::json::value* seq = value.get_object().if_contains("seq");
    const boost::json::value* record = value.get_object().if_contains("record");
    if (seq == nullptr || record == nullptr || !record->is_string()) {
      return fail(Code::kMalformed, "BAD_LINE", "lacks the member seq or record; is it a dump?",
                  where);
    }
    out.seq = seq->is_uint64() ? seq->get_uint64()
              : seq->is_int64() && seq->get_int64() >= 0
                  ? static_cast<std::uint64_t>(seq->get_int64())
                  : 0;
    if (first && out.seq > 0 && out.seq <= held_.value) {
      expected_ = Seq{out.seq};
      DAYBOOK_ASSIGN(overlap_, log_.read(expected_));
    }
    if (out.seq != expected_.value) {
      return gap(Seq{out.seq}, where);
    }
    const auto& text = record->get_string();
    auto bytes = parse_base64({text.data(), text.size()});
    if (!bytes) {
      return fail(Code::kMalformed, "BAD_LINE", "the member record is not base64", where);
    }
    out.record = std::move(*bytes);
    return out;
  }

  Status flush() {
    if (group_.empty()) {
      return {};
    }
    DAYBOOK_TRY(log_.append(group_));
    group_.first = expected_;
    group_.count = 0;
    group_.bytes.clear();
    return {};
  }

  log::Log& log_;
  Checker checker_;
  events::Group group_;
  const Seq held_;  // the log's end before
  Seq expected_;
  std::unique_ptr<log::Cursor> overlap_;
  bool batch_open_ = false;
};

}  // namespace

Result<Transfer> import_ndjson(std::istream& in, log::Log& log,
                               const std::function<void(std::uint64_t)>& progress) {
  if (log.first() != Seq{1}) {
    return fail(Code::kConflict, "NOT_EMPTY",
                "the log holds " + std::to_string(log.first().value) + ".." +
                    std::to_string(log.last().value) + "; an import continues a whole log");
  }
  Importer importer(log);
  DAYBOOK_TRY(importer.read_prefix());
  Transfer out;
  std::string line;
  for (;;) {
    const Got got = read_line(in, line);
    if (got == Got::kEnd) {
      break;
    }
    const std::uint64_t number = out.events + 1;
    if (got == Got::kFailed) {
      return fail(Code::kIo, "INPUT_UNREADABLE", "the input cannot be read",
                  "line " + std::to_string(number));
    }
    if (got == Got::kTooLong) {
      return fail(Code::kTooLarge, "LINE_TOO_LONG",
                  "has more than " + std::to_string(kNdjsonLineBytesMax) + " bytes",
                  "line " + std::to_string(number));
    }
    DAYBOOK_TRY(importer.add_line(line, number));
    out.events = number;
    if (progress && (number & kProgressMask) == 0) {
      progress(number);
    }
  }
  DAYBOOK_TRY(importer.finish(out.events));
  out.first = out.events == 0 ? Seq{} : Seq{importer.last().value - out.events + 1};
  out.last = out.events == 0 ? Seq{} : importer.last();
  out.chain = log.last_chain();
  return out;
}

}  // namespace daybook::replay
