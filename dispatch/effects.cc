#include "dispatch/effects.h"

#include <string>
#include <utility>

#include "base/json_text.h"
#include "dispatch/failure.h"

namespace daybook::dispatch {
namespace {

scheduler::ScheduleEffect made(components::ScheduleJobEffect&& effect) {
  scheduler::ScheduleEffect out;
  out.job.definition = std::move(effect.definition);
  out.job.parameters = std::move(effect.parameters);
  out.job.run_at = effect.at;
  out.job.priority = effect.priority;
  out.job.tags = std::move(effect.tags);
  out.job.unique_key = std::move(effect.unique_key);
  out.after = effect.after;
  out.since = effect.since;
  return out;
}

scheduler::NewSending made(components::SendEffect&& effect, SendingId id) {
  scheduler::NewSending out;
  out.id = effect.id.value_or(id);
  out.transport = effect.transport;
  out.recipient = std::move(effect.recipient);
  out.category = std::move(effect.category);
  out.content = std::move(effect.content);
  return out;
}

}  // namespace

Status check_effects(const std::vector<components::Effect>& effects, const EffectRules& rules) {
  std::optional<ParameterCheck> check;
  if (rules.parameters) {
    check.emplace(*rules.parameters);
  }
  for (std::size_t i = 0; i < effects.size(); ++i) {
    const auto place = [i] { return "effects[" + std::to_string(i) + "]."; };
    if (const auto* job = std::get_if<components::ScheduleJobEffect>(&effects[i])) {
      const Status taken = check ? (*check)(job->definition, job->parameters) : Status();
      if (!taken && taken.error().reason == "NOT_COMPILED") {
        return fail(taken.error());
      }
      if (!taken) {
        return fail(Code::kInvalid, "EFFECT_REFUSED",
                    job->definition + ": " + taken.error().message, place() + taken.error().field);
      }
    } else if (std::get<components::SendEffect>(effects[i]).transport == Transport::kActor &&
               !rules.actors) {
      return fail(Code::kUnsupported, "EFFECT_NOT_SUPPORTED",
                  "This server has no actor endpoint, so messageActor cannot be carried out.",
                  place() + "effect");
    }
  }
  return {};
}

Result<std::vector<scheduler::Effect>> make_effects(const scheduler::Token& token,
                                                    std::vector<components::Effect> effects,
                                                    const EffectRules& rules) {
  DAYBOOK_TRY(check_effects(effects, rules));
  std::vector<scheduler::Effect> out;
  out.reserve(effects.size());
  for (std::size_t i = 0; i < effects.size(); ++i) {
    if (auto* job = std::get_if<components::ScheduleJobEffect>(&effects[i])) {
      out.emplace_back(made(std::move(*job)));
    } else {
      out.emplace_back(made(std::get<components::SendEffect>(std::move(effects[i])),
                            scheduler::derive_sending_id(token, i)));
    }
  }
  return out;
}

components::Failure effect_refusal(const Error& error) {
  std::string details = "{\"field\":";
  append_json_string(details, error.field);
  return {error.reason, error.message + " (" + error.field + ")", std::move(details) + '}', false};
}

scheduler::Failed effect_failure(const Error& error) {
  return failed_of(effect_refusal(error));
}

}  // namespace daybook::dispatch
