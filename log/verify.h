// Full verification of a stopped data directory: reads every record and says whether the history is
// whole.
//
// Checks: store and record checksums, dense sequence numbers, the hash chain, whole batches,
// logical time and epochs that never go back, known types, valid payloads, the last group's mark,
// the anchor, the identity. Writes nothing, takes the directory's lock for as long as it runs.
// Where the store itself is damaged it reads on as far as it can and names the first record that
// cannot be read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include "log/anchor.h"
#include "log/walker.h"

namespace daybook::log {

struct VerifyOptions {
  unsigned threads = 2;  // each reads, hashes and decodes its own segments
  Depth depth = Depth::kPayloads;
  bool unfinished = false;  // also a directory that something is still being made in
  bool held = false;        // the caller holds the directory's lock
  // Called now and then, from the calling thread: records done, records in all.
  std::function<void(std::uint64_t, std::uint64_t)> progress;
};

struct VerifyReport {
  LogId id{};
  Seq first;                  // first record that the log should hold
  Seq last;                   // last good record; first - 1 when there is none
  std::uint64_t records = 0;  // good ones, from first on
  Head head;                  // of the last good record; the trim point when there is none
  Micros time;                // of the last good record
  Hash base_chain{};          // of the record before first
  AnchorRead anchor;
  std::optional<Problem> problem;  // the first one; nothing when all is well
};

// Fails with kConflict "DATA_DIR_IN_USE", kConflict "UNFINISHED", kNotFound "NO_LOG", or when the
// files cannot be read at all; damage is not a failure but a problem in the report.
Result<VerifyReport> verify(const std::filesystem::path& data, const VerifyOptions& options = {});

}  // namespace daybook::log
