// Any text as an import: refused, or a log that folds, satisfies the checker and exports again to
// the same history.
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>

#include "base/check.h"
#include "log/memory_log.h"
#include "replay/checker.h"
#include "replay/fold.h"
#include "replay/ndjson.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  daybook::log::MemoryLog log;
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  if (!daybook::replay::import_ndjson(in, log)) {
    return 0;
  }
  daybook::scheduler::State state;
  DAYBOOK_CHECK(daybook::replay::fold(state, log, {.chain = true}).has_value(), "it folds");
  const auto report = daybook::replay::check_log(log);
  DAYBOOK_CHECK(report.has_value() && report->sound(), "it keeps the rules");
  return 0;
}
