#include "log/rocks/segments.h"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "base/thread.h"

namespace daybook::log {
namespace {

constexpr std::uint64_t kSegmentRecords = 32'768;

Problem unreadable(Seq seq, const Error& error) {
  const Flaw flaw = error.reason == "LOG_GAP" ? Flaw::kGap : Flaw::kUnreadable;
  return Problem{flaw, seq, error.message};
}

}  // namespace

Segments::Segments(rocksdb::DB& db, const Bounds& bounds, const TrimPoint& trim, Seq last,
                   const VerifyOptions& options)
    : db_(db), bounds_(bounds), trim_(trim), last_(last), options_(options) {}

std::optional<Problem> Segments::run() {
  std::vector<std::thread> others;
  for (unsigned i = 1; i < options_.threads; ++i) {
    auto other = start_thread("verify", [this] { work(false); });
    if (!other) {
      break;  // those that are there do it all, only slower
    }
    others.push_back(std::move(*other));
  }
  work(true);
  for (std::thread& other : others) {
    other.join();
  }
  return problem_;
}

void Segments::work(bool report) {
  const std::uint64_t total = last_.value - trim_.seq.value;
  for (;;) {
    const Seq from{next(trim_.seq).value + next_segment_.fetch_add(1) * kSegmentRecords};
    if (from > last_ || beyond_problem(from)) {
      return;
    }
    const Seq to{std::min(from.value + kSegmentRecords - 1, last_.value)};
    if (auto problem = check(from, to)) {
      found(std::move(*problem));
      continue;
    }
    done_.fetch_add(to.value - from.value + 1);
    if (report && options_.progress) {
      options_.progress(done_.load(), total);
    }
  }
}

std::optional<Problem> Segments::check(Seq from, Seq to) {
  Walker walker(trim_.seq, trim_.chain, options_.depth);
  Seq at{from.value - 1};
  const bool after_trim = at == trim_.seq;
  RocksCursor cursor(db_, bounds_, after_trim ? from : at);
  events::RecordView record;
  if (!after_trim) {
    const auto there = cursor.next(record);
    if (!there || !*there) {
      // The segment before ends with this record and names its problem; this one cannot be judged.
      return there ? std::nullopt : std::optional(unreadable(at, there.error()));
    }
    walker.accept(record.header);
  }
  while (at < to) {
    const auto there = cursor.next(record);
    if (!there) {
      return unreadable(next(at), there.error());
    }
    if (!*there) {
      return Problem{Flaw::kGap, next(at), "the log ends before its last record"};
    }
    if (auto problem = walker.step(record)) {
      return problem;
    }
    at = next(at);
  }
  return to == last_ ? walker.finish() : std::nullopt;
}

void Segments::found(Problem problem) {
  const std::lock_guard lock(mutex_);
  if (!problem_ || problem.seq < problem_->seq) {
    problem_ = std::move(problem);
  }
}

bool Segments::beyond_problem(Seq seq) const {
  const std::lock_guard lock(mutex_);
  return problem_ && problem_->seq < seq;
}

}  // namespace daybook::log
