// The keys of the job list. A job's key is the sequence number of its creation, so keys sort by
// creation; a definition has a number in the order of first use (0 means all).
//
//   'J' key                    -> row (job_entry.h)
//   'A' key of the parent, key -> nothing: its children
//   'C' definition             -> its name, then five counts by status (0: name empty, all
//                                 definitions)
//   'K' tag definition         -> five counts by status; absent when all are zero
//   'N' name                   -> number of the definition
//
// Lists, in pieces (position_sets.h):
//
//   'S' status                 'D' definition status           by key
//   'Q' status                 'R' definition status           by run_at, key
//   'T' tag status             'U' tag definition status       by key
//   'E' error code definition  of failed jobs (definition 0: all), by key
//   'G' status                 'H' definition status           of ended jobs, by finished_at, key
//   'F' definition             of ended jobs, by finished_at, key: for retention
//
// Private to projections/.
#pragma once

#include <array>
#include <string_view>

#include "projections/bytes.h"
#include "projections/rows.h"

namespace daybook::projections::job_keys {

inline constexpr std::uint32_t kAllDefinitions = 0;
inline constexpr std::array kStatuses = {JobStatus::kPending, JobStatus::kRunning,
                                         JobStatus::kCompleted, JobStatus::kFailed,
                                         JobStatus::kCancelled};

inline std::uint8_t number(JobStatus status) {
  return static_cast<std::uint8_t>(status);
}
inline Key row(Seq key) {
  return Key('J').seq(key);
}
inline Key by_status(JobStatus status) {
  return Key('S').u8(number(status));
}
inline Key by_definition(std::uint32_t definition, JobStatus status) {
  return Key('D').u32(definition).u8(number(status));
}
inline Key by_run(JobStatus status) {
  return Key('Q').u8(number(status));
}
inline Key by_definition_run(std::uint32_t definition, JobStatus status) {
  return Key('R').u32(definition).u8(number(status));
}
inline Key by_tag(std::string_view tag, JobStatus status) {
  return Key('T').text(tag).u8(number(status));
}
inline Key by_tag_definition(std::string_view tag, std::uint32_t definition, JobStatus status) {
  return Key('U').text(tag).u32(definition).u8(number(status));
}
inline Key by_finished(JobStatus status) {
  return Key('G').u8(number(status));
}
inline Key by_definition_finished(std::uint32_t definition, JobStatus status) {
  return Key('H').u32(definition).u8(number(status));
}
// Longer codes than a key holds share a range with others.
inline Key by_error(std::string_view code, std::uint32_t definition) {
  return Key('E').text(code.substr(0, 255)).u32(definition);
}
inline Key by_parent(JobId parent) {
  return Key('A').seq(parent.key());
}
inline Key finished(std::uint32_t definition) {
  return Key('F').u32(definition);
}
inline Key counts(std::uint32_t definition) {
  return Key('C').u32(definition);
}
inline Key tag_counts(std::string_view tag, std::uint32_t definition) {
  return Key('K').text(tag).u32(definition);
}
inline Key name(std::string_view definition) {
  return Key('N').tail(definition);
}

}  // namespace daybook::projections::job_keys
