#include "dispatch/effects.h"

#include <string>
#include <utility>

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

EffectsResult make_effects(const scheduler::Token& token, std::vector<components::Effect> effects,
                           const EffectRules& rules) {
  std::vector<scheduler::Effect> out;
  out.reserve(effects.size());
  for (std::size_t i = 0; i < effects.size(); ++i) {
    if (auto* job = std::get_if<components::ScheduleJobEffect>(&effects[i])) {
      out.emplace_back(made(std::move(*job)));
      continue;
    }
    auto& send = std::get<components::SendEffect>(effects[i]);
    if (send.transport == Transport::kActor && !rules.actors) {
      return tl::unexpected(NotMade{
          make_error(Code::kUnsupported, "EFFECT_NOT_SUPPORTED",
                     "This server has no actor endpoint, so messageActor cannot be carried out.",
                     "effects[" + std::to_string(i) + "].effect"),
          i});
    }
    out.emplace_back(made(std::move(send), scheduler::derive_sending_id(token, i)));
  }
  return out;
}

components::Failure effect_refusal(const NotMade& error, const scheduler::EffectPlaces& places) {
  return {error.reason, error.message + " (" + error.field + ")",
          scheduler::refusal_details(error, places, error.effect), false};
}

scheduler::Failed effect_failure(const NotMade& error, const scheduler::EffectPlaces& places) {
  return failed_of(effect_refusal(error, places));
}

}  // namespace daybook::dispatch
