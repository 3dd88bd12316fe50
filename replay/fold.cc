#include "replay/fold.h"

#include <algorithm>
#include <optional>
#include <string>
#include <thread>

#include "base/thread.h"
#include "events/codec.h"
#include "log/prefetch.h"
#include "replay/progress.h"

namespace daybook::replay {
namespace {

Status ends_early(Seq at, Seq end) {
  return fail(
      Code::kCorrupt, "LOG_ENDS_EARLY",
      "the log ends at " + std::to_string(at.value) + ", not at " + std::to_string(end.value));
}

// A thread that is joined however the scope is left.
class Joined {
 public:
  // Without a thread the work is done before anything else.
  explicit Joined(const std::function<void()>& work) {
    if (auto thread = start_thread("verify", work)) {
      thread_ = std::move(*thread);
    } else {
      work();
    }
  }
  ~Joined() {
    if (thread_.joinable()) {
      thread_.join();
    }
  }
  Joined(const Joined&) = delete;
  Joined& operator=(const Joined&) = delete;

 private:
  std::thread thread_;
};

Status fold_records(scheduler::State& state, log::Cursor& cursor, Seq end,
                    const FoldOptions& options) {
  events::RecordView record;
  while (state.applied() < end) {
    DAYBOOK_ASSIGN(const bool more, cursor.next(record));
    if (!more) {
      return ends_early(state.applied(), end);
    }
    DAYBOOK_ASSIGN(const events::Recorded recorded, events::decode(record));
    scheduler::evolve(state, recorded, record.header.chain);
    if (options.progress && (state.applied().value & kProgressMask) == 0) {
      options.progress(state.applied(), end);
    }
  }
  return {};
}

}  // namespace

Status verify_chain(log::Log& log, Seq from, Seq until, const Hash* before) {
  DAYBOOK_ASSIGN(const auto cursor, log.read(from));
  Sha256 digest;
  Hash chain = before == nullptr ? Hash{} : *before;
  bool known = before != nullptr;
  events::RecordView record;
  for (Seq at = from; at <= until; at = next(at)) {
    DAYBOOK_ASSIGN(const bool more, cursor->next(record));
    if (!more) {
      return ends_early(Seq{at.value - 1}, until);
    }
    if (known && events::chain_after(chain, record, digest) != record.header.chain) {
      return fail(Code::kCorrupt, "CHAIN_BROKEN",
                  "record " + std::to_string(at.value) + " does not continue the one before");
    }
    chain = record.header.chain;
    known = true;
  }
  return {};
}

Status fold(scheduler::State& state, log::Log& log, const FoldOptions& options) {
  const Seq end = std::min(options.until, log.last());
  const Seq from = next(state.applied());
  if (from > end) {
    return {};
  }
  DAYBOOK_ASSIGN(auto inner, log.read(from));
  Status chain;
  const Hash genesis = events::genesis();
  const Hash* before = from == Seq{1} ? &genesis : nullptr;
  const auto verify = [&] { chain = verify_chain(log, from, end, before); };
  std::optional<Joined> verifier;
  if (options.chain) {
    verifier.emplace(verify);
  }
  const auto cursor = log::prefetch(std::move(inner), from, end);
  DAYBOOK_TRY(fold_records(state, *cursor, end, options));
  verifier.reset();  // waits for its verdict
  return chain;
}

}  // namespace daybook::replay
