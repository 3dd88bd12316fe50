// The records of one group commit, strung together: what log::Log::append takes.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/sha256.h"
#include "events/codec.h"
#include "events/record.h"

namespace daybook::events {

// Records with dense sequence numbers from `first`, in bytes that are stored as they stand.
struct Group {
  Seq first;
  std::uint64_t count = 0;
  Hash chain{};  // of the last record
  std::vector<std::uint8_t> bytes;

  bool empty() const { return count == 0; }
  Seq last() const { return Seq{first.value + count - 1}; }
};

// Who asked, and when: the same for all events of one batch.
struct BatchInfo {
  CommandId command;
  std::string_view actor = "system";
  Micros time;
  Seq cause;
};

// Appends batches to a group; a batch is the events of one command and is whole or absent (I3). One
// thread.
class GroupWriter {
 public:
  // Continues a log whose last record is `last` with chain hash `chain`.
  GroupWriter(Seq last, const Hash& chain, Epoch epoch);

  void set_epoch(Epoch epoch) { epoch_ = epoch; }
  Seq next_seq() const { return next(last_); }
  const Hash& chain() const { return chain_; }

  // Adds the events of one command.
  void add(const BatchInfo& info, std::span<const Event> events);

  const Group& pending() const { return group_; }
  // Hands out what was added since the last take(); `reuse` gives its memory back.
  Group take(std::vector<std::uint8_t> reuse = {});

 private:
  Seq last_;
  Hash chain_;
  Epoch epoch_;
  Group group_;
  Encoder encoder_;
  Sha256 digest_;
};

}  // namespace daybook::events
