// From the effects that a run asked for to those of the command that records its end.
#pragma once

#include <vector>

#include "components/runtime.h"
#include "scheduler/commands.h"

namespace daybook::dispatch {

// What this server can do with effects.
struct EffectRules {
  bool actors = false;  // an actor endpoint is configured
};

// Sendings without an id get the one that follows from the token and their place. Fails with
// kUnsupported "EFFECT_NOT_SUPPORTED", naming the effect's place, for one that this server could
// never carry out.
Result<std::vector<scheduler::Effect>> make_effects(const scheduler::Token& token,
                                                    std::vector<components::Effect> effects,
                                                    const EffectRules& rules);

}  // namespace daybook::dispatch
