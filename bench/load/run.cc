#include "bench/load/run.h"

#include "base/clock.h"
#include "bench/load/engine.h"
#include "bench/store/copy.h"
#include "bench/store/facts.h"

namespace daybook::bench {

Status repeat(const RunOptions& options, Report& report, std::ostream& out,
              const std::function<Result<Numbers>(const std::filesystem::path&)>& run) {
  if (!options.store.empty()) {
    DAYBOOK_ASSIGN(const StoreFacts facts, facts_of(options.store));
    add_store(report, options.store, facts);
    report.note("each run on a copy of the store, its tables as hard links");
  }
  DAYBOOK_TRY(report.probe());
  for (std::size_t i = 0; i < options.repeat; ++i) {
    DAYBOOK_ASSIGN(const ScratchDirectory scratch, ScratchDirectory::make(options.directory));
    DAYBOOK_ASSIGN(Numbers numbers, run(scratch.path()));
    report.add_run(std::move(numbers));
  }
  return publish(options, report, out);
}

Status begin_from_store(const RunOptions& options, const std::filesystem::path& data) {
  return options.store.empty() ? Status() : copy_store(options.store, data);
}

Status publish(const RunOptions& options, const Report& report, std::ostream& out) {
  report.print(out);
  if (options.json.empty()) {
    return {};
  }
  return report.append_to(options.json, SystemClock().wall());
}

}  // namespace daybook::bench
