// What programs of the simulated world do: how long they take, how they end, what they ask for.
#pragma once

#include <string>
#include <vector>

#include "components/runtime.h"
#include "tests/simulation/shared.h"

namespace daybook::simulation {

inline constexpr std::size_t kDefinitions = 8;
inline constexpr std::string_view kChainKey = "chain";

// Definitions by number: the first of them schedule themselves again and again.
std::string definition_id(std::uint64_t number);
bool is_chain(std::string_view definition);

struct Deed {
  Duration takes;
  components::RunOutcome outcome;
};
// Of one run of a job of that definition.
Deed draw_deed(Shared& shared, const std::string& definition);

// One thing that a program may ask for.
components::Effect draw_effect(Random& random, const Choices& choices, Micros wall);

}  // namespace daybook::simulation
