// What a completion or a rule asks for, as events.
#include <algorithm>

#include "base/check.h"
#include "base/limits/definitions.h"
#include "base/limits/rules.h"
#include "scheduler/decide_parts.h"
#include "scheduler/on_failure.h"

namespace daybook::scheduler {
namespace {

struct Adder {
  const Context& context;
  const EffectsSource& source;
  EffectsMade& made;
  Decision& out;
  Seq of;  // the event that asks for them
  std::set<std::string> taken{};
  std::uint32_t index = 0;

  std::string prefix() const { return "effects[" + std::to_string(index) + "]."; }

  // The members of an effect have names of their own.
  Error as_of_effect(Error error, const NewJob& job) const {
    if (error.field.starts_with(prefix() + "parameters")) {
      error.message.insert(0, job.definition + ": ");
    }
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
                    "done, for this looks like a loop",
                "effects[" + std::to_string(index) + "]");
  }

  Status operator()(const ScheduleEffect& effect) {
    // One that is too long is refused like a time that is too far.
    const Duration after =
        std::min(effect.after.value_or(Duration{}), Duration{kRunAtAheadMaxUs + 1});
    JobSource job = asked_for(context, effect.job, source.job);
    if (effect.after) {
      job.run_at = effect.since.value_or(context.now) + after;
      job.delayed = true;
    }
    // What comes slowly is a schedule, not a loop.
    const Micros due = job.delayed ? job.run_at : context.state.offsets().at_wall(job.run_at);
    const bool soon = due <= context.now + Duration{kRuleLoopWindowUs};
    const std::uint32_t depth = soon ? source.rule_depth : 0;
    DAYBOOK_TRY(check_depth(depth));
    job.effect_of = of;
    job.effect_index = index;
    job.rule_depth = depth;
    job.parent_ends = source.of != EffectsSource::Of::kRule;
    job.owner = source.owner;
    auto created = create_job(context, job, taken, prefix(), out);
    if (!created) {
      return fail(as_of_effect(std::move(created).error(), effect.job));
    }
    made.jobs.push_back(*created);
    return {};
  }

  Status operator()(const NewSending& effect) {
    DAYBOOK_TRY(check_depth(source.rule_depth));
    const bool of_rule = source.of == EffectsSource::Of::kRule;
    const SendingSource sending{effect, of_rule ? JobId{} : source.job, of, index, source.owner};
    DAYBOOK_TRY(create_sending(context, sending, prefix(), out));
    made.sendings.push_back(effect.id);
    return {};
  }

  bool may_skip(const Error& error) const {
    return source.of == EffectsSource::Of::kFailure || error.reason == "UNIQUE_KEY_TAKEN";
  }

  void skip(const Effect& effect, const Error& error) {
    Skipped skipped{index, error.reason, error.message};
    const auto* job = std::get_if<ScheduleEffect>(&effect);
    if (job != nullptr && error.reason == "UNIQUE_KEY_TAKEN") {
      skipped.holder =
          context.state.find_unique(job->job.definition, job->job.unique_key).value_or(JobId{});
    }
    made.skipped.push_back(std::move(skipped));
  }
};

// Of the job that fails.
std::string_view parameters_of(const Context& context, const JobView& job, Decision& out) {
  if (job.kept_parameters != nullptr) {
    return *job.kept_parameters;
  }
  if (context.parameters != nullptr) {
    return *context.parameters;
  }
  out.wants = job.job;
  return "{}";
}

}  // namespace

Status add_effects(const Context& context, const std::vector<Effect>& effects,
                   const EffectsSource& source, EffectsMade& made, Decision& out) {
  const Seq of{context.next_seq.value + out.events.size() - 1};
  Adder adder{context, source, made, out, of};
  for (std::size_t i = 0; i < effects.size(); ++i) {
    const Effect& effect = effects[i];
    adder.index = source.places == nullptr ? static_cast<std::uint32_t>(i) : (*source.places)[i];
    if (const Status added = std::visit(adder, effect); !added) {
      if (!adder.may_skip(added.error())) {
        made.refused = adder.index;
        return added;
      }
      adder.skip(effect, added.error());
    }
  }
  return {};
}

EffectsMade add_job_failed(const Context& context, const JobView& job, events::JobFailed event,
                           Decision& out) {
  const std::size_t at = out.events.size();
  const Seq failed{context.next_seq.value + at};
  event.parameters = {parameters_of(context, job, out)};
  out.events.emplace_back(event);
  EffectsMade made;
  // Who deletes a definition wants nothing more of it, least of all once for each of its jobs.
  if (job.definition->deleted) {
    return made;
  }
  const events::ClockOffsets& wall = context.state.offsets();
  Asked asked =
      fill_in(job.definition->settings.on_failure,
              {job.job, event.definition, event.end.attempt, event.parameters.text, job.planned,
               wall.wall(job.due), wall.wall(context.now), event.failure, failed});
  out.effects = std::move(asked.effects);
  made.skipped = std::move(asked.skipped);
  const EffectsSource source{EffectsSource::Of::kFailure, job.job, job.rule_depth + 1,
                             owner_named(context, job.owner), &asked.places};
  const Status added = add_effects(context, out.effects, source, made, out);
  DAYBOOK_CHECK(added.has_value(), "what cannot be done on a failure is left out");
  std::sort(made.skipped.begin(), made.skipped.end(),
            [](const Skipped& a, const Skipped& b) { return a.effect < b.effect; });
  auto& recorded = std::get<events::JobFailed>(out.events[at]);
  recorded.effects = made.count();
  recorded.skipped = {out.keep(skipped_json(made.skipped))};
  return made;
}

}  // namespace daybook::scheduler
