// Any text as a program, without its modules and types: a tree, or diagnostics that stand in the
// text.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "components/reactor/limits.h"
#include "components/reactor/parser.h"

namespace daybook::reactor {
namespace {

class NoModules final : public ModuleLoader {
 public:
  std::shared_ptr<const Program> load(std::string_view, std::string& reason) override {
    reason = "there are no modules";
    return nullptr;
  }
  std::shared_ptr<const Program> prelude() override { return nullptr; }
};

void test_one(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kArenaBytesMax = 64U << 20;
  Program program("main.hrc", std::string(reinterpret_cast<const char*>(data), size),
                  kArenaBytesMax);
  NoModules modules;
  const CompileOptions options;
  CompileBudget budget(options);
  std::vector<Diagnostic> diagnostics;
  const bool readable = Parser(program, modules, budget, diagnostics).run();
  DAYBOOK_CHECK(readable || !diagnostics.empty(), "a reason is given");
  DAYBOOK_CHECK(diagnostics.size() <= 2 * kDiagnosticsMax, "few diagnostics");
  for (const Diagnostic& d : diagnostics) {
    DAYBOOK_CHECK(d.at.line >= 1 && d.at.column >= 1 && !d.message.empty(), "it says where");
  }
}

}  // namespace
}  // namespace daybook::reactor

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  daybook::reactor::test_one(data, size);
  return 0;
}
