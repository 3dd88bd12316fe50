#include "log/newest.h"

#include <algorithm>
#include <utility>

#include "base/limits/write_path.h"
#include "base/thread.h"

namespace daybook::log {

NewestRead::NewestRead(Log& log, std::uint64_t records) : log_(log) {
  const Seq last = log.last();
  std::uint64_t from = std::max(log.first().value, last.value - std::min(last.value, records) + 1);
  for (; from <= last.value; from = parts_.back().last.value + 1) {
    parts_.push_back({Seq{from}, Seq{std::min(last.value, from + kNewestPart - 1)}, {}});
  }
  const std::size_t helpers = std::max(1U, std::thread::hardware_concurrency());
  if (parts_.size() > 1) {
    // Where the system gives none, the caller reads all of it.
    if (auto started =
            start_threads("newest", std::min(helpers, parts_.size()), [this] { work(); })) {
      threads_ = std::move(*started);
    }
  }
}

NewestRead::~NewestRead() {
  next_ = parts_.size();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void NewestRead::work() {
  for (std::size_t at = next_++; at < parts_.size(); at = next_++) {
    parts_[at].read = read(parts_[at]);
  }
}

Status NewestRead::read(const Part& part) const {
  DAYBOOK_ASSIGN(const auto cursor, log_.read(part.first));
  events::RecordView record;
  for (Seq at = part.first; at <= part.last; at = next(at)) {
    DAYBOOK_ASSIGN(const bool there, cursor->next(record));
    if (!there) {
      return fail(Code::kCorrupt, "LOG_ENDS_EARLY",
                  "the log ends before record " + std::to_string(at.value));
    }
  }
  return {};
}

Status NewestRead::finish() {
  work();
  for (std::thread& thread : threads_) {
    thread.join();
  }
  threads_.clear();
  for (Part& part : parts_) {
    DAYBOOK_TRY(std::move(part.read));
  }
  return {};
}

}  // namespace daybook::log
