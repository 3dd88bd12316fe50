#include "log/recovery.h"

#include "base/check.h"

namespace daybook::log {
namespace {

template <typename... E>
constexpr std::uint8_t any(E... values) {
  return static_cast<std::uint8_t>(((1U << static_cast<unsigned>(values)) | ...));
}

constexpr std::uint8_t kAny = 0xff;
using I = IdentityState;
using S = StoreState;
using A = AnchorState;
using R = Reach;
using T = TailState;

constexpr std::uint8_t kOpened = any(S::kEmpty, S::kFilled);
constexpr std::uint8_t kValid = any(A::kValid);
constexpr std::uint8_t kOurs = any(I::kMatching);
constexpr std::uint8_t kReached = any(R::kAtAnchor, R::kPastAnchor);

constexpr Row refuse_tail(TailState tail, Code code, std::string_view reason,
                          std::string_view what) {
  return {kOurs, kOpened, kValid, kReached, any(tail), Action::kRefuse, code, reason, what};
}

constexpr Row kTable[] = {
    // The store cannot be opened.
    {kAny, any(S::kFailed), kAny, kAny, kAny, Action::kRefuse, Code::kIo, "LOG_IO",
     "the log's store cannot be opened: the device or the file system fails"},
    {kAny, any(S::kCorrupt), kAny, kAny, kAny, Action::kRefuse, Code::kCorrupt, "LOG_CORRUPT",
     "the log's store is damaged; run `log verify` to see how far it reads"},
    // There is none.
    {any(I::kMissing), any(S::kAbsent), any(A::kMissing), kAny, kAny, Action::kCreate,
     Code::kInternal, "NEW", "an empty directory: a new log is made"},
    {any(I::kMissing), any(S::kAbsent), any(A::kValid, A::kDamaged, A::kForeign), kAny, kAny,
     Action::kRefuse, Code::kCorrupt, "LOG_MISSING",
     "there is an anchor, so there was a log, but its files are gone"},
    {any(I::kMatching, I::kForeign), any(S::kAbsent), kAny, kAny, kAny, Action::kRefuse,
     Code::kCorrupt, "LOG_MISSING",
     "there is an identity, so there was a log, but its files are gone"},
    {kAny, any(S::kRemains), kAny, kAny, kAny, Action::kRefuse, Code::kCorrupt, "LOG_MISSING",
     "there is a folder of a log, of views or of snapshots, but no log: something was begun here "
     "and did not end, or its files are gone; restore a backup, or remove what is left if it is to "
     "become a new log"},
    // Creation writes store, anchor, identity in this order; records come only after all three.
    {any(I::kMissing), any(S::kEmpty), any(A::kMissing), kAny, kAny, Action::kFinishCreation,
     Code::kInternal, "NEW_STORE_ONLY", "creation stopped after the store"},
    {any(I::kMissing), any(S::kEmpty), kValid, any(R::kAtAnchor), kAny, Action::kFinishCreation,
     Code::kInternal, "NEW_NO_IDENTITY", "creation stopped before the identity"},
    {any(I::kMissing), any(S::kEmpty), kValid,
     any(R::kUnknown, R::kPastAnchor, R::kBeforeAnchor, R::kOtherHistory, R::kTrimmedPastAnchor),
     kAny, Action::kRefuse, Code::kCorrupt, "LOG_BEHIND_ANCHOR",
     "the log is empty, but its anchor says that it was not"},
    {any(I::kMissing), any(S::kEmpty), any(A::kDamaged, A::kForeign), kAny, kAny, Action::kRefuse,
     Code::kCorrupt, "ANCHOR_DAMAGED", "the log is empty and its anchor is not its own"},
    {any(I::kMissing), any(S::kFilled), kAny, kAny, kAny, Action::kRefuse, Code::kCorrupt,
     "IDENTITY_MISSING", "the log holds records, but the identity file is gone"},
    {any(I::kForeign), kOpened, kAny, kAny, kAny, Action::kRefuse, Code::kCorrupt,
     "IDENTITY_FOREIGN", "the log belongs to another data directory"},
    // The anchor cannot be compared with.
    {kOurs, kOpened, any(A::kMissing), kAny, kAny, Action::kRefuse, Code::kCorrupt,
     "ANCHOR_MISSING", "the anchor file is gone, so a loss could not be noticed"},
    {kOurs, kOpened, any(A::kDamaged), kAny, kAny, Action::kRefuse, Code::kCorrupt,
     "ANCHOR_DAMAGED", "no slot of the anchor file can be read"},
    {kOurs, kOpened, any(A::kForeign), kAny, kAny, Action::kRefuse, Code::kCorrupt,
     "ANCHOR_FOREIGN", "the anchor file belongs to another log"},
    // The anchor disagrees.
    {kOurs, kOpened, kValid, any(R::kUnknown), kAny, Action::kRefuse, Code::kCorrupt,
     "ANCHOR_RECORD_UNREADABLE", "the record at the anchor's place cannot be read"},
    {kOurs, kOpened, kValid, any(R::kBeforeAnchor), kAny, Action::kRefuse, Code::kCorrupt,
     "LOG_BEHIND_ANCHOR", "the log ends before its anchor: records are lost"},
    {kOurs, kOpened, kValid, any(R::kOtherHistory), kAny, Action::kRefuse, Code::kCorrupt,
     "ANCHOR_HASH_DIFFERS", "the record at the anchor's place is not the one that was there"},
    {kOurs, kOpened, kValid, any(R::kTrimmedPastAnchor), kAny, Action::kRefuse, Code::kCorrupt,
     "TRIMMED_PAST_ANCHOR", "the log was trimmed past its anchor"},
    // The tail does not hold together.
    refuse_tail(T::kNoMark, Code::kCorrupt, "GROUP_TORN", "the last group has no end"),
    refuse_tail(T::kUnreadable, Code::kCorrupt, "UNREADABLE_RECORD",
                "a record of the tail is not what was written"),
    refuse_tail(T::kGap, Code::kCorrupt, "LOG_GAP", "a record of the tail is missing"),
    refuse_tail(T::kBrokenChain, Code::kCorrupt, "CHAIN_BROKEN",
                "a record of the tail does not follow from the one before"),
    refuse_tail(T::kTornBatch, Code::kCorrupt, "BATCH_TORN", "a batch of the tail is not whole"),
    refuse_tail(T::kDisorder, Code::kCorrupt, "ORDER_BROKEN",
                "time or epoch goes back in the tail"),
    refuse_tail(T::kUnknownType, Code::kUnsupported, "UNKNOWN_EVENT_TYPE",
                "a later release wrote to this log"),
    // All is well.
    {kOurs, kOpened, kValid, any(R::kAtAnchor), any(T::kWhole), Action::kOpen, Code::kInternal,
     "AT_ANCHOR", "the log ends where its anchor says"},
    {kOurs, kOpened, kValid, any(R::kPastAnchor), any(T::kWhole), Action::kAdvanceAnchor,
     Code::kInternal, "PAST_ANCHOR", "the anchor is moved to the log's end"},
};

bool has(std::uint8_t mask, auto value) {
  return (static_cast<unsigned>(mask) >> static_cast<unsigned>(value) & 1U) != 0;
}

}  // namespace

std::span<const Row> recovery_table() {
  return kTable;
}

bool matches(const Row& row, const Findings& findings) {
  return has(row.identity, findings.identity) && has(row.store, findings.store) &&
         has(row.anchor, findings.anchor) && has(row.reach, findings.reach) &&
         has(row.tail, findings.tail);
}

const Row& decide(const Findings& findings) {
  for (const Row& row : kTable) {
    if (matches(row, findings)) {
      return row;
    }
  }
  DAYBOOK_CHECK(false, "the recovery table is exhaustive");
  return kTable[0];
}

}  // namespace daybook::log
