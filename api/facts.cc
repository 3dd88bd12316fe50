#include "api/facts.h"

#include "log/tail.h"

namespace daybook::api {
namespace {

// Room for the payloads of an ordinary batch; what is more has memory of its own.
constexpr std::size_t kBytes = 4096;

// The next record of the cursor.
Result<events::RecordView> next_record(log::Cursor& cursor) {
  events::RecordView out;
  DAYBOOK_ASSIGN(const bool there, cursor.next(out));
  if (!there) {
    return fail(Code::kUnavailable, "LOG_BEHIND", "the log has not got so far");
  }
  return out;
}

Seq end_of_batch(const events::Meta& meta) {
  return Seq{meta.seq.value + meta.batch_count - meta.batch_index - 1};
}

}  // namespace

Facts Facts::of(const scheduler::Reply& reply) {
  return {reply.events, reply.first, reply.last};
}

Result<Facts> Facts::read(log::Log& log, Seq first, Seq last) {
  if (auto chunk = log.tail().find(first); chunk && chunk->last() >= last) {
    return Facts(std::move(chunk), first, last);
  }
  DAYBOOK_ASSIGN(const auto cursor, log.read(first));
  auto chunk = std::make_shared<log::Chunk>(last.value - first.value + 1, kBytes);
  for (Seq at = first; at <= last; at = next(at)) {
    DAYBOOK_ASSIGN(const auto record, next_record(*cursor));
    DAYBOOK_TRY(chunk->add(record));
  }
  return Facts(std::move(chunk), first, last);
}

Result<Facts> Facts::read_batch(log::Log& log, Seq first) {
  DAYBOOK_ASSIGN(const Facts begin, read(log, first, first));
  return read(log, first, end_of_batch(begin.all().front().meta));
}

}  // namespace daybook::api
