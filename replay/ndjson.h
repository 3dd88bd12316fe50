// A log as lines of JSON.
//
// dump: one line per event for people: {"seq":…,"time":…,"type":…,…,"data":{…}}. Secrets are left
// out. export: the same with a last member "record": the record's bytes in base64. Lossless: an
// import of it gives the same log,
//   byte for byte, with the same head hash. It holds the tokens' secrets: guard it like the data
//   directory.
// import: reads an export into a log that reaches to where the export begins, or beyond: an empty
// one for a whole
//   export. What the log holds already must be the same, byte for byte, so that an import that was
//   interrupted is finished by doing it again. Every line is judged before it is believed: JSON,
//   dense numbers, both CRCs, the chain, and all rules of the checker, because what the fold CHECKs
//   must never come from outside; and its readable members must be what its record says, because
//   those are what people look at. An error names the line. Batches are appended whole and in
//   groups: after an error the log holds some whole batches before that line.
// One thread each. Sinks and streams are the caller's; a sink's error ends the work and is passed
// on.
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "log/log.h"

namespace daybook::replay {

// Takes whole lines, each with its line end.
using LineSink = std::function<Status(std::string_view)>;
// done, total; called every 65,536 events.
using Progress = std::function<void(Seq, Seq)>;

struct Range {
  Seq from{1};
  Seq until{~std::uint64_t{0}};  // inclusive; beyond the end means the end
};

struct Transfer {
  std::uint64_t events = 0;
  Seq first;
  Seq last;
  Hash chain{};  // of `last`
};

// kNotFound "LOG_TRIMMED" when `from` is gone; kCorrupt after the last sound line.
Result<Transfer> dump(log::Log& log, const Range& range, const LineSink& sink,
                      const Progress& progress = {});
Result<Transfer> export_ndjson(log::Log& log, const Range& range, const LineSink& sink,
                               const Progress& progress = {});

// kConflict "NOT_EMPTY" when the log does not begin at 1; kConflict "OTHER_HISTORY", kMalformed or
// kCorrupt with the field "line <n>" for what a line says ("LINE_DIFFERS": its members are not what
// its record says); else what the log's append gives.
Result<Transfer> import_ndjson(std::istream& in, log::Log& log,
                               const std::function<void(std::uint64_t)>& progress = {});

}  // namespace daybook::replay
