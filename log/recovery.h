// Recovery as a table: what was found in a data directory, and what is done about it
// (docs/recovery.md has the same rows in words). Pure: no files here. rocks/examine.h does the
// finding.
//
// Nothing is repaired by guessing. A log that ends before its anchor, or differs from it, or whose
// tail does not hold together, is refused, and a refusal changes nothing on disk.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "log/anchor.h"

namespace daybook::log {

// The identity file against the id inside the store.
enum class IdentityState : std::uint8_t { kMatching, kMissing, kForeign };

enum class StoreState : std::uint8_t {
  kAbsent,   // no store files at all; or only what a creation that was cut short left
  kEmpty,    // opened, and never held a record
  kFilled,   // opened
  kCorrupt,  // the store refused: checksum, missing file
  kFailed,   // the device or the file system refused
  kRemains,  // no store, but what only a directory has that had one: its folder, views, snapshots
};

// Where the log ends, seen from the anchor. kUnknown: there is no anchor to compare with, or
// nothing to compare.
enum class Reach : std::uint8_t {
  kUnknown,
  kAtAnchor,
  kPastAnchor,         // ordinary after a kill: the anchor is written up to 100 ms later
  kBeforeAnchor,       // records are lost
  kOtherHistory,       // the record at the anchor's place has another hash
  kTrimmedPastAnchor,  // the place is gone although trim never passes the anchor
};

// The records from the anchor on, and at least the last chunk.
enum class TailState : std::uint8_t {
  kWhole,
  kNoMark,      // the end of the last group is missing or disagrees with its last record
  kUnreadable,  // a checksum does not match
  kGap,
  kBrokenChain,
  kTornBatch,
  kDisorder,     // time or epoch goes back
  kUnknownType,  // a later release wrote it
};

struct Findings {
  IdentityState identity = IdentityState::kMissing;
  StoreState store = StoreState::kAbsent;
  AnchorState anchor = AnchorState::kMissing;
  Reach reach = Reach::kUnknown;
  TailState tail = TailState::kWhole;

  bool operator==(const Findings&) const = default;
};

enum class Action : std::uint8_t {
  kCreate,          // make store, anchor and identity
  kFinishCreation,  // a crash interrupted the creation: write what is missing
  kOpen,
  kAdvanceAnchor,  // write the anchor at the log's end, then open
  kRefuse,
};

struct Row {
  std::uint8_t identity;  // masks: bit n stands for enumerator n
  std::uint8_t store;
  std::uint8_t anchor;
  std::uint8_t reach;
  std::uint8_t tail;
  Action action;
  Code code;                // of a refusal
  std::string_view reason;  // of a refusal; else the name of the row
  std::string_view what;    // one sentence for the operator
};

// Every combination of findings matches exactly one row (tests/log/recovery_test.cc tries all of
// them).
std::span<const Row> recovery_table();
bool matches(const Row& row, const Findings& findings);
const Row& decide(const Findings& findings);

}  // namespace daybook::log
