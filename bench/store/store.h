// `daybook bench store`: makes a data directory as a server would have left it (README.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <iosfwd>

#include "base/result.h"
#include "bench/load/report.h"
#include "bench/store/store_options.h"

namespace daybook::bench {

struct MakeStore {
  StoreOptions store;
  std::filesystem::path directory;  // absent or empty
  bool views = true;                // else the first server builds them
  // Called now and then from the calling thread, of jobs and then of events that the views show;
  // may be empty.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
};

// What it took. The directory is whole and durable when it returns; after an error it is refused by
// whoever would open it. kConflict "DIRECTORY_NOT_EMPTY".
Result<Numbers> make_store(const MakeStore& what);

struct StoreBenchOptions {
  MakeStore make;
  std::filesystem::path json;  // the line is appended to it too; empty: not
};

// Makes it and prints one JSON line.
Status bench_store(const StoreBenchOptions& options, std::ostream& out);

}  // namespace daybook::bench
