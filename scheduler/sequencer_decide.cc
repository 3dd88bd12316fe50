// Requests become events of the group that is being filled, and of the working state.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "scheduler/clock_note.h"
#include "scheduler/key_room.h"
#include "scheduler/sequencer_impl.h"
#include "scheduler/state_parts.h"

namespace daybook::scheduler {

void Sequencer::Impl::process(Request& request) {
  Decided decided;
  decided.answer = std::move(request.answer);
  decided.replies.reserve(request.commands.size());
  std::optional<Error> closed_by;
  if (options.admit) {
    if (Status open = options.admit(); !open) {
      closed_by = open.error();
    }
  }
  const Error* const refusal = closed_by ? &*closed_by : nullptr;
  const bool served = request.takes_back != 0 && !waiters.take_back(request.takes_back);
  if (request.commands.empty() && request.key) {
    decided.replies.push_back(
        known_key(request, now())
            .value_or(fail(Code::kNotFound, "KEY_UNKNOWN", "the key has not been used")));
  }
  for (const Command& command : request.commands) {
    decided.replies.push_back(
        served ? fail(Code::kConflict, "WAITER_SERVED", "the worker does not wait any more")
               : process(request, command, refusal));
    counters.commands.fetch_add(1, std::memory_order_relaxed);
    if (!decided.replies.back()) {
      counters.refused.fetch_add(1, std::memory_order_relaxed);
    }
    serve_waiters(refusal);
    hand_over_if_full();  // the answer goes with the last of the request's groups
  }
  filling.decided.push_back(std::move(decided));
  ++filling.requests;
}

// Behind the command that made a job ready, and before the group can be full: both are one append.
void Sequencer::Impl::serve_waiters(const Error* closed_by) {
  const auto start = [&](const Request& request, const Command& command) {
    counters.commands.fetch_add(1, std::memory_order_relaxed);
    return process(request, command, closed_by);
  };
  std::vector<Waiters::Over> over;
  waiters.serve(state, state.time(), start, over);
  for (Waiters::Over& one : over) {
    filling.decided.push_back({std::move(one.answer), std::move(one.replies)});
  }
}

std::optional<Result<Reply>> Sequencer::Impl::known_key(const Request& request, Micros now) const {
  const IdempotencyKey& key = *request.key;
  const auto use = state.find_key(key.key, now, request.actor);
  if (!use) {
    return std::nullopt;
  }
  constexpr std::size_t kCompared = 16;  // what is remembered of every use
  if (!std::equal(use->body.begin(), use->body.begin() + kCompared, key.body.begin())) {
    return fail(Code::kConflict, "IDEMPOTENCY_KEY_REUSED", "the key was used with another request",
                "Idempotency-Key");
  }
  return Reply{use->first, use->last, use->chain, use->time, true, Done{}};
}

// Decides, with what the decision wants to know of the log. That the log cannot be read there ends
// the server, as if it could not be written (I15): what stands in it would not be done.
Status Sequencer::Impl::decide_command(Context context, const Command& command) {
  DAYBOOK_TRY(decide(context, command, decision));
  if (const auto job = decision.wants) {
    DAYBOOK_TRY(settle(job->key()));
    const auto parameters = deciding.of(*job);
    if (!parameters) {
      fail_for_good(parameters.error());
      return fail(parameters.error());
    }
    context.parameters = &*parameters;
    DAYBOOK_TRY(decide(context, command, decision));
    DAYBOOK_CHECK(!decision.wants, "a decision wants parameters once");
  }
  if (const auto* trim = std::get_if<RecordTrim>(&command)) {
    // What it takes from the log and is still needed.
    DAYBOOK_TRY(settle(trim->through));
    return deciding.keep(state, trim->through);
  }
  return {};
}

// Makes what was decided so far durable, when that event is part of it: nobody reads it before.
Status Sequencer::Impl::settle(Seq seq) {
  if (seq > log.last()) {
    hand_over();
    wait_for_commit();
  }
  return failed.load() ? fail(Code::kUnknownOutcome, "OUTCOME_UNKNOWN",
                              "the server is stopping after a failed write")
                       : Status();
}

Result<Reply> Sequencer::Impl::process(const Request& request, const Command& command,
                                       const Error* closed_by) {
  const bool starts = std::holds_alternative<StartServer>(command);
  const Micros at = starts ? time.next() : now();
  const access::Rights* rights = state.rights_of(request.actor, at);
  if (rights == nullptr) {
    // It was revoked, or its time was over, after the edge had looked.
    return fail(Code::kUnauthorized, "UNAUTHORIZED", "a valid token is needed", "Authorization");
  }
  const Context context{state,         at,      writer.next_seq(),
                        closed_by,     nullptr, options.contracts.get(),
                        request.actor, rights};
  if (request.key) {
    if (auto known = known_key(request, context.now)) {
      return std::move(*known);
    }
  }
  bool remembered = false;
  if (request.key) {
    const auto room = remembers_key(state.parts().keys, request.actor, command,
                                    state.running(context.now), options.keys_max);
    counters.keys_refused.fetch_add(room ? 0 : 1, std::memory_order_relaxed);
    DAYBOOK_ASSIGN(remembered, room);
  }
  DAYBOOK_TRY(decide_command(context, command));
  // With a key, that nothing changed is an outcome too: the key then stands alone.
  if (decision.events.empty() && !remembered) {
    return Reply{decision.past, decision.past, {}, context.now, false, std::move(decision.outcome)};
  }
  if (starts) {
    writer.set_epoch(Epoch{state.epoch().value + 1});
  }
  if (remembered) {
    decision.events.emplace_back(
        events::IdempotencyKeyUsed{request.key->key, request.key->body, context.next_seq});
  }
  Reply reply = record(request);
  if (starts) {
    record_clock();  // behind the event that begins the epoch
  }
  return reply;
}

// The time for the next command. What is decided rests on how the clocks stand, so that stands in
// the log first.
Micros Sequencer::Impl::now() {
  const std::uint64_t held = time.held();
  const Micros out = time.next();
  if (time.held() != held && options.on_clock) {
    options.on_clock(describe_held(time.wrong()));
  }
  record_clock();
  return out;
}

void Sequencer::Impl::note_clock(const events::ClockStepped& step) {
  ++counters.clock_steps[static_cast<std::size_t>(step.kind)];
  // Coming nearer goes on for as long as the clock was set back, in small parts.
  if (options.on_clock && step.kind != events::ClockStep::kSlew) {
    options.on_clock(describe(step));
  }
}

void Sequencer::Impl::record_clock() {
  if (const auto step = time.take_step()) {
    decision.clear();
    decision.events.emplace_back(*step);
    record({});
  }
}

std::shared_ptr<const access::TokenTable> Sequencer::Impl::table_of(const State& state) {
  auto out = std::make_shared<access::TokenTable>();
  state.each_token([&](const AccessToken& token) {
    out->add({token.id, token.rights, token.secret_hash, token.expires_at});
  });
  return out;
}

// Encodes the decided events as one batch and folds them into the working state.
Reply Sequencer::Impl::record(const Request& request) {
  const Micros now = time.current();
  const Seq first = writer.next_seq();
  const Seq cause = request.cause.value != 0 ? request.cause : decision.cause;
  writer.add({request.id, request.actor, now, cause}, decision.events);
  events::Recorded recorded;
  recorded.meta = {first, now, request.id, cause, {}, 0, 0, request.actor};
  for (events::Event& event : decision.events) {
    if (const auto* step = std::get_if<events::ClockStepped>(&event)) {
      note_clock(*step);
    }
    recorded.event = std::move(event);
    evolve(state, recorded, writer.chain());
    waiters.note(state, recorded.event, recorded.meta.seq);
    recorded.meta.seq = next(recorded.meta.seq);
  }
  if (options.on_tokens && std::exchange(token_changes, state.token_changes()) != token_changes) {
    filling.tokens = table_of(state);
  }
  const Seq last{writer.next_seq().value - 1};
  return Reply{first, last, writer.chain(), now, false, std::move(decision.outcome)};
}

}  // namespace daybook::scheduler
