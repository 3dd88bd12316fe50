#include "scheduler/recover.h"

#include "events/codec.h"
#include "log/refusals.h"
#include "scheduler/snapshot.h"

namespace daybook::scheduler {
namespace {

// Why a snapshot cannot be used with this log; empty when it can.
std::string unfit(const Snapshot& snapshot, log::Log& log) {
  if (snapshot.seq > log.last()) {
    return "it is ahead of the log (" + std::to_string(snapshot.seq.value) + " > " +
           std::to_string(log.last().value) + ")";
  }
  // Where the log reaches back to its begin, a fold of it is exact. Where it does not, too strict a
  // limit for the length of its window is better than no start.
  if (snapshot.coarse && log.first().value <= 1) {
    return "it is of an older form";
  }
  if (const auto needed = snapshot.state.first_needed(); needed && *needed < log.first()) {
    return "it lacks parameters of jobs whose events were trimmed";
  }
  if (snapshot.seq == log.last()) {
    return snapshot.chain == log.last_chain() ? "" : "its history is not this log's";
  }
  if (snapshot.seq.value + 1 < log.first().value) {
    return "the log was trimmed past it";
  }
  // Where its own record was trimmed, the first readable one must continue its chain.
  const bool trimmed = snapshot.seq < log.first();
  auto cursor = log.read(trimmed ? log.first() : snapshot.seq);
  events::RecordView record;
  const auto read = cursor ? (*cursor)->next(record) : Result<bool>(tl::unexpected(cursor.error()));
  if (!read || !*read) {
    return "the log cannot be read there";
  }
  Sha256 digest;
  const Hash expected =
      trimmed ? events::chain_after(snapshot.chain, record, digest) : snapshot.chain;
  return record.header.chain == expected ? "" : "its history is not this log's";
}

}  // namespace

Status fold(State& state, log::Log& log, Seq until, const std::function<void(Seq, Seq)>& progress) {
  constexpr std::uint64_t kProgressMask = 0xffff;
  const Seq end = std::min(until, log.last());
  if (state.applied() >= end) {
    return {};
  }
  DAYBOOK_ASSIGN(const auto cursor, log.read(next(state.applied())));
  events::RecordView record;
  while (state.applied() < end) {
    DAYBOOK_ASSIGN(const bool more, cursor->next(record));
    if (!more) {
      return fail(Code::kCorrupt, "LOG_ENDS_EARLY",
                  "the log ends at " + std::to_string(state.applied().value) + ", not at " +
                      std::to_string(end.value));
    }
    DAYBOOK_ASSIGN(const events::Recorded recorded, events::decode(record));
    evolve(state, recorded, record.header.chain);
    if (progress && (state.applied().value & kProgressMask) == 0) {
      progress(state.applied(), end);
    }
  }
  return {};
}

Result<Recovered> recover(log::Log& log, const std::filesystem::path& snapshots) {
  Recovered out;
  for (const auto& file : list_snapshots(snapshots)) {
    auto snapshot = read_snapshot(file, log.first());
    std::string why = snapshot ? unfit(*snapshot, log) : snapshot.error().message;
    if (!why.empty()) {
      out.notes.push_back(file.filename().string() + ": " + why);
      continue;
    }
    out.snapshot = snapshot->seq;
    out.state = std::move(snapshot->state);
    break;
  }
  if (out.state.applied().value + 1 < log.first().value) {
    return log::refuse_without("no snapshot is sound and reaches far enough: the state needs",
                               next(out.state.applied()), log.first());
  }
  const Seq before = out.state.applied();
  DAYBOOK_TRY(fold(out.state, log, log.last()));
  out.events = out.state.applied().value - before.value;
  return out;
}

}  // namespace daybook::scheduler
