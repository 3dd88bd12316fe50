// The jobs that benchmarks schedule: one component, some definitions, parameters of a given size.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "events/words.h"
#include "scheduler/sequencer.h"

namespace daybook::bench {

// "load-<i>"
std::string definition_name(std::size_t i);
// A JSON object of exactly `bytes` bytes (more when the number needs it), different for each `i`.
std::string parameters_of(std::uint64_t i, std::size_t bytes);

// Puts the component "load" of that runtime and `count` definitions of it.
Status put_definitions(scheduler::Sequencer& sequencer, std::size_t count, events::Runtime runtime,
                       std::string spec);

}  // namespace daybook::bench
