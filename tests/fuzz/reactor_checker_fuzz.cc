// Any text as a component, with modules: a program without diagnostics, or diagnostics that stand
// in the text.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "components/reactor/limits.h"
#include "tests/fuzz/reactor_input.h"

namespace daybook::reactor {
namespace {

void test_one(const std::uint8_t* data, std::size_t size) {
  const FuzzInput input(data, size);
  static const FuzzSets sets;
  const Compiled compiled = compile("main.hrc", input.code, FuzzModules(input), sets);
  DAYBOOK_CHECK(compiled.ok() == compiled.diagnostics.empty(), "faults or a program");
  DAYBOOK_CHECK(compiled.diagnostics.size() <= 2 * kDiagnosticsMax, "few diagnostics");
  for (const Diagnostic& d : compiled.diagnostics) {
    DAYBOOK_CHECK(d.at.line >= 1 && d.at.column >= 1 && !d.message.empty(), "it says where");
    DAYBOOK_CHECK(!d.text().empty(), "it can be shown");
  }
  if (compiled.ok()) {
    DAYBOOK_CHECK(parameters_of(*compiled.program).size() <= kArgumentsMax, "few parameters");
    DAYBOOK_CHECK(memory_of(*compiled.program) > 0, "it takes room");
  }
}

}  // namespace
}  // namespace daybook::reactor

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  daybook::reactor::test_one(data, size);
  return 0;
}
