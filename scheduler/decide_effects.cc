// What a completion or a rule asks for, as events.
#include <algorithm>

#include "base/limits/definitions.h"
#include "base/limits/rules.h"
#include "scheduler/decide_parts.h"

namespace daybook::scheduler {
namespace {

struct Adder {
  const Context& context;
  const EffectsSource& source;
  EffectsMade& made;
  Decision& out;
  std::set<std::string> taken;
  std::uint32_t index = 0;

  std::string prefix() const { return "effects[" + std::to_string(index) + "]."; }

  // The members of an effect have names of their own.
  Error as_of_effect(Error error) const {
    if (error.field == prefix() + "jobDefinitionId") {
      error.field = prefix() + "definition";
    } else if (error.field == prefix() + "runAt") {
      error.field = prefix() + "at";
    }
    return error;
  }

  Status check_depth(std::uint32_t depth) const {
    if (depth <= kRuleDepthMax) {
      return {};
    }
    return fail(Code::kConflict, "RULE_DEPTH",
                "rules led to this event " + std::to_string(depth - 1) +
                    " times in a row, each within a minute of the one before: nothing more is "
                    "done, for this looks like a loop");
  }

  Status operator()(const ScheduleEffect& effect) {
    // Relative times count from now; one that is too long is refused like a time that is too far.
    const Duration after =
        std::min(effect.after.value_or(Duration{}), Duration{kRunAtAheadMaxUs + 1});
    JobSource job = asked_for(context, effect.job, source.job);
    if (effect.after) {
      job.run_at = context.now + after;
      job.delayed = true;
    }
    // What comes slowly is a schedule, not a loop.
    const bool soon = job.run_at <= context.now + Duration{kRuleLoopWindowUs};
    const std::uint32_t depth = soon ? source.rule_depth : 0;
    DAYBOOK_TRY(check_depth(depth));
    job.effect_of = context.next_seq;
    job.effect_index = index;
    job.rule_depth = depth;
    auto created = create_job(context, job, taken, prefix(), out);
    if (!created) {
      return fail(as_of_effect(std::move(created).error()));
    }
    made.jobs.push_back(*created);
    return {};
  }

  Status operator()(const NewSending& effect) {
    DAYBOOK_TRY(check_depth(source.rule_depth));
    const SendingSource sending{effect, source.job, context.next_seq, index};
    DAYBOOK_TRY(create_sending(context, sending, prefix(), out));
    made.sendings.push_back(effect.id);
    return {};
  }
};

}  // namespace

Status add_effects(const Context& context, const std::vector<Effect>& effects,
                   const EffectsSource& source, EffectsMade& made, Decision& out) {
  Adder adder{context, source, made, out, {}};
  for (const Effect& effect : effects) {
    DAYBOOK_TRY(std::visit(adder, effect));
    ++adder.index;
  }
  return {};
}

}  // namespace daybook::scheduler
