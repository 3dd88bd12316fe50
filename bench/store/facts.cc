#include "bench/store/facts.h"

#include "base/clock.h"
#include "log/data_dir.h"
#include "log/rocks_log.h"
#include "scheduler/recover.h"
#include "scheduler/state_parts.h"

namespace daybook::bench {

Result<StoreFacts> facts_of(const std::filesystem::path& directory) {
  const SystemClock clock;
  log::DataDirOptions existing;
  existing.create = false;
  DAYBOOK_ASSIGN(const auto data, log::DataDir::open(directory, clock, existing));
  DAYBOOK_ASSIGN(const auto log, log::RocksLog::open_to_read(*data));
  DAYBOOK_ASSIGN(const auto recovered, scheduler::recover(*log, directory / "snapshots"));
  StoreFacts out;
  out.events = log->last().value + 1 - log->first().value;
  out.ended = recovered.state.parts().ended.size();
  out.pending = recovered.state.pending_count();
  out.log_bytes = disk_bytes(data->log_path());
  out.views_bytes = disk_bytes(data->views_path());
  return out;
}

void add_store(Report& report, const std::filesystem::path& directory, const StoreFacts& facts) {
  report.parameter("store", std::filesystem::absolute(directory).filename().string());
  report.parameter("store_events", facts.events);
  report.parameter("store_jobs_ended", facts.ended);
  report.parameter("store_jobs_pending", facts.pending);
}

}  // namespace daybook::bench
