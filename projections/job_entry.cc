#include "projections/job_entry.h"

#include <algorithm>

#include "events/cut_answers.h"
#include "projections/bytes.h"

namespace daybook::projections {
namespace {

constexpr std::uint64_t kVariant = 0x8000'0000'0000'0000ULL;
constexpr std::uint8_t kHasResult = 1;
constexpr std::uint8_t kHasError = 2;
constexpr std::uint8_t kHasOutput = 3;  // and a result
constexpr std::uint8_t kHasBoth = 4;    // of a run whose effects were refused
constexpr std::uint8_t kCut = 0x80;     // beside one of these: what was cut stands at the end

// Distance from `base` plus one; a time of zero means that it has not come.
std::uint64_t distance(Micros time, Micros base) {
  if (time.value == 0) {
    return 0;
  }
  const std::int64_t away = time.value - base.value;
  return ((static_cast<std::uint64_t>(away) << 1) ^ static_cast<std::uint64_t>(away >> 63)) + 1;
}

Micros time_at(std::uint64_t distance, Micros base) {
  if (distance == 0) {
    return {};
  }
  const std::uint64_t value = distance - 1;
  return Micros{base.value + static_cast<std::int64_t>((value >> 1) ^ (0 - (value & 1)))};
}

std::uint8_t kind_of(std::uint8_t form) {
  return static_cast<std::uint8_t>(form & (kCut - 1U));
}

void add_cut(std::string& end, events::Json answers) {
  const std::string cut = events::cut_answers(answers.text);
  if (!cut.empty() && !end.empty()) {
    end.front() = static_cast<char>(static_cast<std::uint8_t>(end.front()) | kCut);
    Put(end).text(cut);
  }
}

}  // namespace

void JobEntry::create(const events::JobCreated& e, const events::Meta& meta,
                      std::uint32_t definition_number) {
  job = e.job;
  definition = definition_number;
  now = {true, JobStatus::kPending, e.run_at, {}};
  created_at = meta.time;
  seq = meta.seq;
  tagged = !e.tags.empty();
  creation.reserve(e.definition.size() + meta.actor.size() + e.parameters.text.size() + 32);
  Put put(creation);
  put.varint(e.tags.size());
  for (const events::Text tag : e.tags) {
    put.text(tag);
  }
  put.text(e.definition).text(meta.actor).text(e.unique_key).zigzag(e.priority);
  put.u8(e.parent.is_null() ? 0 : 1);
  if (!e.parent.is_null()) {
    put.u64(e.parent.high).u64(e.parent.low);
  }
  put.text(e.parameters.text);
}

void JobEntry::start(const events::JobStarted& e) {
  attempt = e.attempt;
  cancel_requested = false;
  started.clear();
  Put(started).text(e.component).text(e.worker);
}

void JobEntry::set_result(const events::JobCompleted& e) {
  end.clear();
  if (!e.output.text.empty()) {
    Put(end).u8(kHasOutput).text(e.result.text).text(e.output.text);
  } else if (!e.result.text.empty()) {
    Put(end).u8(kHasResult).text(e.result.text);
  }
  add_cut(end, e.end.answers);
}

void JobEntry::set_error(const events::Failure& failure, events::Json answers,
                         events::Json result) {
  end.clear();
  Put(end)
      .u8(result.text.empty() ? kHasError : kHasBoth)
      .text(failure.code)
      .text(failure.message)
      .text(failure.details.text);
  if (!result.text.empty()) {
    Put(end).text(result.text);
  }
  add_cut(end, answers);
}

void JobEntry::encode(std::string& out) const {
  Put put(out);
  put.u64(job.high).u8(static_cast<std::uint8_t>(now.status)).u8(cancel_requested ? 1 : 0);
  put.zigzag(created_at.value).varint(distance(now.run_at, created_at));
  put.varint(distance(started_at, created_at)).varint(distance(now.finished_at, created_at));
  put.varint(attempt.value).varint(seq.value - job.key().value).varint(definition);
  put.text(creation).text(started).text(end);
}

bool JobEntry::decode(Seq key, std::string_view row) {
  Scan scan(row);
  job = {scan.u64(), kVariant | key.value};
  now.exists = true;
  const std::uint8_t status = scan.u8();
  now.status = static_cast<JobStatus>(status);
  cancel_requested = (scan.u8() & 1U) != 0;
  created_at = Micros{scan.zigzag()};
  now.run_at = time_at(scan.varint(), created_at);
  started_at = time_at(scan.varint(), created_at);
  now.finished_at = time_at(scan.varint(), created_at);
  attempt = Attempt{static_cast<std::uint32_t>(scan.varint())};
  seq = Seq{key.value + scan.varint()};
  definition = static_cast<std::uint32_t>(scan.varint());
  creation = scan.text();
  started = scan.text();
  end = scan.text();
  stored = now;
  tagged = Scan(creation).varint() != 0;
  return scan.ok() && status <= static_cast<std::uint8_t>(JobStatus::kCancelled);
}

std::vector<std::string_view> JobEntry::tags() const {
  Scan scan(creation);
  const std::uint64_t count = scan.varint();
  std::vector<std::string_view> out;
  for (std::uint64_t i = 0; i < count && scan.ok(); ++i) {
    const std::string_view tag = scan.text();
    if (std::find(out.begin(), out.end(), tag) == out.end()) {
      out.push_back(tag);
    }
  }
  return out;
}

JobId JobEntry::parent() const {
  Scan scan(creation);
  for (std::uint64_t left = scan.varint() + 3; left > 0 && scan.ok(); --left) {
    scan.text();  // tags, definition, actor, unique key
  }
  scan.zigzag();
  JobId out;
  if (scan.u8() != 0) {
    out.high = scan.u64();
    out.low = scan.u64();
  }
  return out;
}

std::string_view JobEntry::error_code() const {
  if (end.empty()) {
    return {};
  }
  Scan scan(end);
  const std::uint8_t kind = kind_of(scan.u8());
  return kind == kHasError || kind == kHasBoth ? scan.text() : std::string_view();
}

bool JobEntry::to_row(JobRow& row) const {
  row.job = job;
  row.status = now.status;
  row.run_at = now.run_at;
  row.created_at = created_at;
  row.started_at = started_at;
  row.finished_at = now.finished_at;
  row.attempt = attempt;
  row.cancel_requested = cancel_requested;
  row.seq = seq;
  Scan scan(creation);
  for (std::uint64_t left = scan.varint(); left > 0 && scan.ok(); --left) {
    row.tags.emplace_back(scan.text());
  }
  row.definition = scan.text();
  row.created_by = scan.text();
  row.unique_key = scan.text();
  row.priority = static_cast<std::int32_t>(scan.zigzag());
  if (scan.u8() != 0) {
    row.parent.high = scan.u64();
    row.parent.low = scan.u64();
  }
  row.parameters = scan.text();
  Scan attempt_scan(started);
  if (!started.empty()) {
    row.component = attempt_scan.text();
    row.worker = attempt_scan.text();
  }
  Scan end_scan(end);
  const std::uint8_t form = end.empty() ? std::uint8_t{0} : end_scan.u8();
  const std::uint8_t kind = kind_of(form);
  if (kind == kHasResult) {
    row.result = end_scan.text();
  } else if (kind == kHasOutput) {
    row.result = end_scan.text();
    row.output = end_scan.text();
  } else if (kind == kHasError || kind == kHasBoth) {
    JobError& error = row.error.emplace();
    error.code = end_scan.text();
    error.message = end_scan.text();
    error.details = end_scan.text();
    if (kind == kHasBoth) {
      row.result = end_scan.text();
    }
  }
  if ((form & kCut) != 0) {
    row.cut = end_scan.text();
  }
  return scan.ok() && attempt_scan.ok() && end_scan.ok();
}

std::size_t JobEntry::memory_bytes() const {
  return sizeof(JobEntry) + 64 + creation.capacity() + started.capacity() + end.capacity();
}

}  // namespace daybook::projections
