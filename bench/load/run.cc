#include "bench/load/run.h"

#include "base/clock.h"
#include "bench/load/engine.h"

namespace daybook::bench {

Status repeat(const RunOptions& options, Report& report, std::ostream& out,
              const std::function<Result<Numbers>(const std::filesystem::path&)>& run) {
  DAYBOOK_TRY(report.probe());
  for (std::size_t i = 0; i < options.repeat; ++i) {
    DAYBOOK_ASSIGN(const ScratchDirectory scratch, ScratchDirectory::make(options.directory));
    DAYBOOK_ASSIGN(Numbers numbers, run(scratch.path()));
    report.add_run(std::move(numbers));
  }
  return publish(options, report, out);
}

Status publish(const RunOptions& options, const Report& report, std::ostream& out) {
  report.print(out);
  if (options.json.empty()) {
    return {};
  }
  return report.append_to(options.json, SystemClock().wall());
}

}  // namespace daybook::bench
