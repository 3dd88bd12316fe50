// From the effects that a run asked for to those of the command that records its end.
#pragma once

#include <optional>
#include <vector>

#include "components/runtime.h"
#include "scheduler/commands.h"

namespace daybook::dispatch {

// What this server can do with effects.
struct EffectRules {
  bool actors = false;  // an actor endpoint is configured
};

// Why effects cannot be made, and the place of the one that is to blame.
struct NotMade : Error {
  std::size_t effect = 0;
};
using EffectsResult = tl::expected<std::vector<scheduler::Effect>, NotMade>;

// Sendings without an id get the one that follows from the token and their place. Fails, naming the
// effect's place, with kUnsupported "EFFECT_NOT_SUPPORTED" for one that this server could never
// carry out.
EffectsResult make_effects(const scheduler::Token& token, std::vector<components::Effect> effects,
                           const EffectRules& rules);

// What an attempt or a rule fails with whose effects could not be made; the same as a run has it.
components::Failure effect_refusal(const NotMade& error, const scheduler::EffectPlaces& places);
scheduler::Failed effect_failure(const NotMade& error, const scheduler::EffectPlaces& places = {});

}  // namespace daybook::dispatch
