#include "bench/load/jobs.h"

#include <utility>

#include "base/sha256.h"

namespace daybook::bench {

std::string definition_name(std::size_t i) {
  return "load-" + std::to_string(i);
}

std::string parameters_of(std::uint64_t i, std::size_t bytes) {
  const std::string number = std::to_string(i);
  std::string out = "{\"n\":\"" + number + "\"}";
  const std::size_t pad = bytes > out.size() ? bytes - out.size() : 0;
  return "{\"n\":\"" + number + std::string(pad, 'x') + "\"}";
}

Status put_definitions(scheduler::Sequencer& sequencer, std::size_t count, events::Runtime runtime,
                       std::string spec) {
  const Hash hash = sha256(spec);
  scheduler::PutComponent component;
  component.component = {"load", runtime, std::move(spec), hash};
  DAYBOOK_TRY(sequencer.call(std::move(component)));
  for (std::size_t i = 0; i < count; ++i) {
    scheduler::PutDefinition definition;
    definition.definition = definition_name(i);
    definition.component = "load";
    DAYBOOK_TRY(sequencer.call(std::move(definition)));
  }
  return {};
}

}  // namespace daybook::bench
