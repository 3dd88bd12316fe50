// Any program that compiles, run in narrow limits against a world that answers from the input: it
// ends, inside its limits, and ends the same the second time from the answers it got.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "base/json_text.h"
#include "tests/fuzz/reactor_input.h"

namespace daybook::reactor {
namespace {

void test_one(const std::uint8_t* data, std::size_t size) {
  const FuzzInput input(data, size);
  static const FuzzSets sets;
  const Compiled compiled = compile("main.hrc", input.code, FuzzModules(input), sets);
  if (!compiled.ok()) {
    return;
  }
  RunInputs inputs;
  inputs.parameters = input.parameters;
  inputs.now = Micros{1'772'366'400'000'000};
  inputs.limits.steps = 200'000;
  inputs.limits.memory = 4U << 20;
  inputs.limits.output = 64 * 1024;
  inputs.limits.questions = 16;
  FuzzWorld world(input.answers);
  const RunResult first = run(*compiled.program, inputs, world);
  DAYBOOK_CHECK(first.memory <= inputs.limits.memory, "inside its memory");
  DAYBOOK_CHECK(first.result.size() <= inputs.limits.output, "inside its output");
  DAYBOOK_CHECK(first.effects.size() <= inputs.limits.effects, "inside its effects");
  DAYBOOK_CHECK(first.exchanges.size() <= inputs.limits.questions, "inside its questions");
  std::vector<std::string> answers;
  for (const Exchange& exchange : first.exchanges) {
    answers.push_back(exchange.answer);
  }
  FuzzWorld kept(answers);
  const RunResult second = run(*compiled.program, inputs, kept);
  DAYBOOK_CHECK(second.result == first.result && second.steps == first.steps, "the same again");
  DAYBOOK_CHECK(second.fault.has_value() == first.fault.has_value(), "the same end");
  (void)check_parameters(*compiled.program, input.parameters);
}

}  // namespace
}  // namespace daybook::reactor

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  daybook::reactor::test_one(data, size);
  return 0;
}
