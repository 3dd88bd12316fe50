#include "replay/prefix_log.h"

#include <memory>
#include <string>
#include <utility>

namespace daybook::replay {
namespace {

class PrefixCursor final : public log::Cursor {
 public:
  PrefixCursor(std::unique_ptr<log::Cursor> inner, Seq from, Seq last)
      : inner_(std::move(inner)), next_(from), last_(last) {}

  Result<bool> next(events::RecordView& out) override {
    if (next_ > last_) {
      return false;
    }
    DAYBOOK_ASSIGN(const bool more, inner_->next(out));
    if (more) {
      next_ = daybook::next(next_);
    }
    return more;
  }

 private:
  std::unique_ptr<log::Cursor> inner_;
  Seq next_;
  const Seq last_;
};

Status read_only() {
  return fail(Code::kInternal, "READ_ONLY", "this part of a log is only read");
}

}  // namespace

Status PrefixLog::append(const events::Group&) {
  return read_only();
}

Status PrefixLog::trim(Seq) {
  return read_only();
}

Result<std::unique_ptr<log::Cursor>> PrefixLog::read(Seq from) {
  if (from > next(last())) {
    return fail(Code::kInvalid, "BEYOND_HEAD", "the log ends at " + std::to_string(last().value));
  }
  DAYBOOK_ASSIGN(auto inner, log_.read(from));
  return std::make_unique<PrefixCursor>(std::move(inner), from, last());
}

Result<Hash> chain_at(log::Log& log, Seq seq) {
  if (seq.value == 0) {
    return events::genesis();
  }
  DAYBOOK_ASSIGN(const auto cursor, log.read(seq));
  events::RecordView record;
  DAYBOOK_ASSIGN(const bool there, cursor->next(record));
  if (!there) {
    return fail(Code::kNotFound, "BEYOND_HEAD",
                "the log does not reach " + std::to_string(seq.value));
  }
  return record.header.chain;
}

}  // namespace daybook::replay
