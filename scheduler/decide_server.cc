// StartServer, RecordTrim.
#include <algorithm>
#include <optional>

#include "base/limits/state.h"
#include "scheduler/decide_parts.h"

namespace daybook::scheduler {
namespace {

constexpr std::int64_t kHourUs = 3600LL * 1'000'000;

// The first event that rules may still have to run for, when there are rules.
std::optional<Seq> rules_begin(const State& state) {
  std::optional<Seq> put;
  state.each_rule([&](const Rule& rule) {
    const Seq first = rule.versions.front().put;
    put = put ? std::min(*put, first) : first;
  });
  return put ? std::optional(next(std::max(*put, state.rules_through()))) : std::nullopt;
}

}  // namespace

Status decide(const Context& context, const StartServer& command, Decision& out) {
  events::ServerStarted event{
      Epoch{context.state.epoch().value + 1}, command.version, command.host, command.pid, {}};
  // Only who holds a lease gains by it: without any the event says nothing.
  if (context.state.running_count() > 0) {
    const events::ClockOffsets& clocks = context.state.offsets();
    const Micros seen =
        std::max(context.state.time(), clocks.at_wall(command.alive.value_or(Micros{})));
    event.away = Duration{std::max<std::int64_t>((context.now - seen).value, 0)};
  }
  out.events.emplace_back(event);
  return {};
}

Status decide(const Context& context, const RecordTrim& command, Decision& out) {
  if (command.through > context.state.applied()) {
    return fail(Code::kInvalid, "TRIM_BEYOND_HEAD", "the log does not reach that far", "through");
  }
  if (const auto begin = rules_begin(context.state); begin && command.through >= *begin) {
    return fail(Code::kConflict, "RULES_BEHIND",
                "rules have not yet run for event " + std::to_string(begin->value) +
                    ": start the server, or trim less",
                "through");
  }
  // Their content stands in the log alone.
  std::optional<Seq> held;
  context.state.each_sending([&](const Sending& sending) {
    held = held ? std::min(*held, sending.created) : sending.created;
  });
  if (held && *held <= command.through) {
    return fail(Code::kConflict, "SENDING_PENDING",
                "event " + std::to_string(held->value) + " holds what is still to be sent",
                "through");
  }
  // A repeat is answered from the events of the first time (I11).
  if (const auto keyed = context.state.first_held_by_keys(context.now);
      keyed && *keyed <= command.through) {
    return fail(Code::kConflict, "KEYS_IN_WINDOW",
                "event " + std::to_string(keyed->value) +
                    " answers an idempotency key that may still be repeated: trim less, or when "
                    "its window of " +
                    std::to_string(kIdempotencyWindowUs / kHourUs) + " hours is over",
                "through");
  }
  out.events.emplace_back(events::LogTrimmed{command.through, command.chain, command.archive});
  return {};
}

}  // namespace daybook::scheduler
