// The record: a fixed little-endian header, then the payload. Format page: docs/log-format.md.
//
//   0  u16 format version (1)     2  u16 flags (0)         4  u32 CRC-32C of bytes 8..127
//   8  u64 seq                   16  i64 logical time, us 24  u16 type id   26  u16 schema version
//  28  u32 epoch                 32  u32 place in batch   36  u32 events in batch
//  40  u32 payload bytes         44  u32 CRC-32C of the payload
//  48  16 bytes command id       64  u64 seq of the cause  72  24 bytes zero
//  96  32 bytes chain = SHA-256(chain of the record before | bytes 0..95 with the CRC field zero |
//  payload)
//
// To change it: raise kFormatVersion, keep the old reader under its old name, add golden bytes,
// extend docs/log-format.md.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/sha256.h"

namespace daybook::events {

using Bytes = std::span<const std::uint8_t>;

inline constexpr std::size_t kHeaderBytes = 128;
inline constexpr std::uint16_t kFormatVersion = 1;

struct Header {
  Seq seq;
  Micros time;
  std::uint16_t type = 0;
  std::uint16_t version = 0;
  std::uint32_t epoch = 0;
  std::uint32_t batch_index = 0;
  std::uint32_t batch_count = 0;
  std::uint32_t payload_bytes = 0;
  std::uint32_t payload_crc = 0;
  CommandId command;
  Seq cause;
  Hash chain{};
};

// A record in memory: borrows the bytes it was read from.
struct RecordView {
  Header header;
  Bytes payload;
  Bytes bytes;  // header and payload
};

// The chain before the first record: SHA-256 of "daybook log format 1".
Hash genesis();

// Writes `header` (payload_bytes, payload_crc and chain are computed here) and the payload to the
// end of `out`; returns the new chain hash.
Hash append_record(std::vector<std::uint8_t>& out, const Header& header, Bytes payload,
                   const Hash& previous, Sha256& digest);

// Reads the record at the front of `bytes`: checks format version, flags, reserved bytes, sizes and
// both CRCs. Fails with kCorrupt; the message names the sequence number when the header can be
// believed.
Result<RecordView> read_record(Bytes bytes);

// The chain hash that `record` should carry after `previous`.
Hash chain_after(const Hash& previous, const RecordView& record, Sha256& digest);

}  // namespace daybook::events
