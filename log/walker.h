// Follows a log record by record and says where its shape breaks: what recovery checks at the tail
// and verification everywhere. Reading (log::Cursor) has already checked both CRCs. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/ids.h"
#include "base/sha256.h"
#include "events/record.h"

namespace daybook::log {

enum class Flaw : std::uint8_t {
  kGap,          // a sequence number is missing or repeated
  kChain,        // the hash does not follow from the record before and this record's bytes
  kTornBatch,    // a batch is not all there
  kTimeBack,     // logical time is lower than the record before
  kEpochBack,    // the server epoch is lower than the record before
  kUnknownType,  // this release does not know the event
  kPayload,      // the payload is not a valid event of its type
  kUnreadable,   // the bytes are not what was written, or cannot be read
  kAnchor,       // the anchor says something else
  kIdentity,     // the identity file says something else
};
// "LOG_GAP", "CHAIN_BROKEN", …
std::string_view flaw_reason(Flaw flaw);

struct Problem {
  Flaw flaw = Flaw::kUnreadable;
  Seq seq;  // the first record that is wrong
  std::string message;
};

enum class Depth : std::uint8_t { kHeaders, kPayloads };

class Walker {
 public:
  // Starts after the record `seq` with that chain hash; at 0 with the genesis hash. Where only
  // these are known (after a trim), the first batch may have begun before.
  Walker(Seq seq, const Hash& chain, Depth depth);

  // Takes `record` as given: the walk goes on after it.
  void accept(const events::Header& header);
  // The next record.
  std::optional<Problem> step(const events::RecordView& record);
  // The log ends here: its last batch must be whole.
  std::optional<Problem> finish() const;

  Seq seq() const { return seq_; }
  const Hash& chain() const { return chain_; }
  const std::optional<events::Header>& last() const { return last_; }

 private:
  std::optional<Problem> check_order(const events::Header& header) const;
  std::optional<Problem> check_batch(const events::Header& header) const;
  std::optional<Problem> check_type(const events::RecordView& record) const;

  Depth depth_;
  Seq seq_;
  Hash chain_;
  std::optional<events::Header> last_;
  Sha256 digest_;
};

}  // namespace daybook::log
