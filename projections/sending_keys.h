// The keys of the sending list. A sending's key is the sequence number of its creation, so keys
// sort by creation.
//
//   'R' key -> row            'I' id (16 bytes) -> key (varint)
//   'B' job's key, key        nothing: what a job sent
//   'C' -> four counts by status; absent while all are zero
//   'K' job's key -> number of its sendings; absent when zero
//
// Lists, in pieces (position_sets.h): 'S' status, by key; 'F' of ended ones, by ended_at, key, for
// retention.
//
// Private to projections/.
#pragma once

#include <string_view>

#include "projections/bytes.h"
#include "projections/sending_rows.h"

namespace daybook::projections::sending_keys {

inline Key row(Seq key) {
  return Key('R').seq(key);
}
inline Key by_id(SendingId id) {
  return Key('I').u64(id.high).u64(id.low);
}
inline Key by_status(SendingStatus status) {
  return Key('S').u8(static_cast<std::uint8_t>(status));
}
inline Key by_job(JobId job) {
  return Key('B').seq(job.key());
}
inline Key ended() {
  return Key('F');
}
inline Key counts() {
  return Key('C');
}
inline Key job_count(JobId job) {
  return Key('K').seq(job.key());
}

}  // namespace daybook::projections::sending_keys
