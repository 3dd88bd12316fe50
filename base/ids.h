// Identities and units. Time is microseconds since the Unix epoch, UTC; durations are microseconds.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/strong.h"

namespace daybook {

struct SeqTag {};
struct MicrosTag {};
struct DurationTag {};
struct AttemptTag {};
struct EpochTag {};

// Position of an event in the log: dense from 1, 0 means none (I1).
using Seq = Strong<SeqTag, std::uint64_t>;
// A point in time.
using Micros = Strong<MicrosTag, std::int64_t>;
// A length of time.
using Duration = Strong<DurationTag, std::int64_t>;
// Number of an attempt of a job, from 1.
using Attempt = Strong<AttemptTag, std::uint32_t>;
// Number of a server start on a data directory, from 1.
using Epoch = Strong<EpochTag, std::uint64_t>;

constexpr Seq next(Seq s) {
  return Seq{s.value + 1};
}
constexpr Micros operator+(Micros t, Duration d) {
  return Micros{t.value + d.value};
}
constexpr Duration operator-(Micros a, Micros b) {
  return Duration{a.value - b.value};
}
constexpr Duration millis(std::int64_t n) {
  return Duration{n * 1000};
}
constexpr Duration seconds(std::int64_t n) {
  return Duration{n * 1'000'000};
}
constexpr Duration hours(std::int64_t n) {
  return seconds(n * 3600);
}

// A version 7 UUID (RFC 9562). For jobs it is not random: it is made of the logical time and the
// sequence number of the JobCreated event, so it is unique by construction, sorts by creation and
// carries its partition:
//   48 bits unix milliseconds | 4 bits version 7 | 12 bits partition | 2 bits variant | 62 bits seq
struct JobId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  static JobId make(Micros created, std::uint16_t partition, Seq created_seq);
  // Accepts the canonical 36-character form in either case.
  static Result<JobId> parse(std::string_view text, std::string_view field = "jobId");

  // Sequence number of the event that created the job: the job's key inside one partition.
  constexpr Seq key() const { return Seq{low & 0x3fff'ffff'ffff'ffffULL}; }
  constexpr bool is_null() const { return high == 0 && low == 0; }
  std::string text() const;
  // 16 bytes, big-endian: sorts like the id.
  std::array<std::uint8_t, 16> bytes() const;
  static JobId from_bytes(const std::uint8_t* bytes);

  constexpr auto operator<=>(const JobId&) const = default;
};

// Identifies one thing that is sent (a mail, an HTTP post): a version 8 UUID (RFC 9562) that
// whoever asks for the sending derives (derived_id.h); it says nothing of where in the log it
// stands.
struct SendingId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  // Accepts the canonical 36-character form of any UUID in either case.
  static Result<SendingId> parse(std::string_view text, std::string_view field = "sendingId");

  constexpr bool is_null() const { return high == 0 && low == 0; }
  std::string text() const;
  // 16 bytes, big-endian: sorts like the id.
  std::array<std::uint8_t, 16> bytes() const;
  static SendingId from_bytes(const std::uint8_t* bytes);

  constexpr auto operator<=>(const SendingId&) const = default;
};

// Identifies one request: a UUID given by the edge; stands in every event that the request caused.
struct CommandId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  std::string text() const;
  constexpr auto operator<=>(const CommandId&) const = default;
};

using Hash = std::array<std::uint8_t, 32>;  // a SHA-256 digest

// Plain ids (workers, actors, error codes): `[A-Za-z0-9][A-Za-z0-9._-]{0,127}`. kInvalid "BAD_ID".
Status check_resource_id(std::string_view id, std::string_view field);

// Ids of what a manifest names by its path: parts like plain ids with '/' between them, so none is
// empty, "." or ".."; 256 characters for components, 128 for the others. The error names the id and
// its kind.
enum class IdKind : std::uint8_t { kComponent, kDefinition, kRule };
Status check_id(IdKind kind, std::string_view id, std::string_view field);

}  // namespace daybook

template <>
struct std::hash<daybook::JobId> {
  std::size_t operator()(const daybook::JobId& id) const noexcept {
    return static_cast<std::size_t>(id.low * 0x9e3779b97f4a7c15ULL ^ id.high);
  }
};
template <>
struct std::hash<daybook::SendingId> {
  std::size_t operator()(const daybook::SendingId& id) const noexcept {
    return static_cast<std::size_t>(id.low * 0x9e3779b97f4a7c15ULL ^ id.high);
  }
};
