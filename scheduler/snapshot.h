// Snapshot files: the decision state at one sequence number, never the only copy of anything.
//
//   0  8 bytes "DAYBKSNP"   8  u32 format (the body's)   12  u32 CRC-32C of bytes 16..71
//  16  u64 seq   24  32 bytes chain hash at seq   56  u64 body bytes   64  u32 CRC-32C of the body
//  68  u32 zero 72  body: the canonical form, and behind it the parameters that are kept
//  (serialize.h)
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "scheduler/state.h"

namespace daybook::scheduler {

struct Snapshot {
  Seq seq;
  Hash chain{};
  State state;
  bool coarse = false;  // serialize.h, FormRead
};

// Writes <directory>/<seq, 20 digits>.snapshot: temporary name, fsync, rename, fsync of the
// directory; then removes all but the newest two. If we stop at any point, the older snapshots
// still stand. `wanted` is asked before every piece: false gives up.
Status write_snapshot(const State& state, Seq seq, const Hash& chain,
                      const std::filesystem::path& directory,
                      const std::function<bool()>& wanted = {});

// kCorrupt when the file is not a sound snapshot. log_first: as for deserialize().
Result<Snapshot> read_snapshot(const std::filesystem::path& file, Seq log_first = Seq{1});

// Newest first.
std::vector<std::filesystem::path> list_snapshots(const std::filesystem::path& directory);

}  // namespace daybook::scheduler
