#include "bench/store/recorder.h"

#include <utility>
#include <vector>

#include "base/limits/write_path.h"
#include "base/thread.h"
#include "bench/load/elapsed.h"

namespace daybook::bench {
namespace {

// Enough that neither thread waits for the other's shorter pauses.
constexpr std::size_t kGroupsAhead = 4;

}  // namespace

Recorder::Recorder(log::Log& log, Entropy& entropy)
    : log_(log),
      entropy_(entropy),
      writer_(log.last(), log.last_chain(), Epoch{}),
      groups_(kGroupsAhead),
      spares_(kGroupsAhead) {}

Recorder::~Recorder() {
  const Status ignored = finish();
  static_cast<void>(ignored);
}

Status Recorder::start() {
  DAYBOOK_ASSIGN(appends_, start_thread("append", [this] { append_all(); }));
  return {};
}

Result<scheduler::Outcome> Recorder::record(const scheduler::Command& command, Micros now,
                                            std::string_view actor) {
  if (failed_) {
    return fail(finish().error());
  }
  DAYBOOK_TRY(scheduler::decide({state_, now, writer_.next_seq()}, command, decision_));
  if (std::holds_alternative<scheduler::StartServer>(command)) {
    writer_.set_epoch(Epoch{state_.epoch().value + 1});
  }
  const CommandId id = entropy_.command_id();
  events::Recorded recorded;
  recorded.meta = {writer_.next_seq(), now, id, decision_.cause, {}, 0, 0, actor};
  writer_.add({id, actor, now, decision_.cause}, decision_.events);
  for (events::Event& event : decision_.events) {
    recorded.event = std::move(event);
    scheduler::evolve(state_, recorded, writer_.chain());
    recorded.meta.seq = next(recorded.meta.seq);
  }
  const events::Group& group = writer_.pending();
  if (group.count >= kBatchEventsMax || group.bytes.size() >= kBatchBytesMax) {
    hand_over();
  }
  return std::move(decision_.outcome);
}

void Recorder::hand_over() {
  std::vector<std::vector<std::uint8_t>> spares;
  std::vector<std::uint8_t> spare;
  if (spares_.try_pop_all(spares)) {
    spare = std::move(spares.back());
  }
  // Refused only when the queue is closed, after a failed append: record() tells.
  static_cast<void>(groups_.push(writer_.take(std::move(spare))));
}

void Recorder::append_all() {
  std::vector<events::Group> groups;
  while (groups_.pop_all(groups)) {
    for (events::Group& group : groups) {
      if (const Status done = log_.append(group); !done) {
        error_ = done.error();
        failed_ = true;
        groups_.close();
        return;
      }
      static_cast<void>(spares_.try_push(std::move(group.bytes)));
    }
    groups.clear();
  }
  append_cpu_seconds_ = thread_cpu_seconds();
}

Status Recorder::finish() {
  if (appends_.joinable()) {
    if (!writer_.pending().empty()) {
      hand_over();
    }
    groups_.close();
    appends_.join();
  }
  return error_ ? Status(fail(*error_)) : Status();
}

}  // namespace daybook::bench
