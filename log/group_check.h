// Walks the records of a group before it is stored, checking what the reader will check after.
#pragma once

#include "base/check.h"
#include "events/group.h"
#include "events/record.h"

namespace daybook::log {

// Calls f(RecordView) for each record. A group that is not what it says is a bug or broken memory,
// so it ends the process before it reaches the disk.
template <typename F>
void for_each_record(const events::Group& group, F&& f) {
  events::Bytes rest = group.bytes;
  Seq expected = group.first;
  Hash chain{};
  for (std::uint64_t i = 0; i < group.count; ++i) {
    const auto record = events::read_record(rest);
    DAYBOOK_CHECK(record.has_value(), "a group holds whole records");
    DAYBOOK_CHECK(record->header.seq == expected, "sequence numbers are dense (I1)");
    f(*record);
    chain = record->header.chain;
    rest = rest.subspan(record->bytes.size());
    expected = next(expected);
  }
  DAYBOOK_CHECK(rest.empty(), "a group holds nothing after its last record");
  DAYBOOK_CHECK(group.empty() || chain == group.chain, "a group names its last chain hash");
}

}  // namespace daybook::log
