// What the sending list answers with: plain values, owned.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/transport.h"
#include "projections/rows.h"

namespace daybook::projections {

enum class SendingStatus : std::uint8_t { kPending, kSent, kBounced, kCancelled };

// "pending", "sent", "bounced", "cancelled".
std::string_view status_name(SendingStatus status);
std::optional<SendingStatus> parse_sending_status(std::string_view name);

// A sending as the list shows it. Times are zero when they have not come; texts that are JSON are
// kept as they were given.
struct SendingRow {
  SendingId sending;
  Transport transport = Transport::kEmail;
  SendingStatus status = SendingStatus::kPending;
  std::string recipient;
  std::string category;
  std::string content;  // JSON text
  Micros created_at;
  Micros due_at;        // while it is pending: of the next try
  Micros processed_at;  // of the last try's end
  Micros sent_at;
  Micros ended_at;                // also of one that bounced or was cancelled
  Attempt attempt;                // tries that were made
  std::optional<JobError> error;  // of the last failed try; cleared by success
  std::string response;
  std::string created_by;
  JobId job;    // whose run asked for it
  Seq created;  // its SendingCreated event
  Seq seq;      // its last event
};

struct SendingCounts {
  std::uint64_t pending = 0;
  std::uint64_t sent = 0;
  std::uint64_t bounced = 0;
  std::uint64_t cancelled = 0;
};

// Newest first.
struct SendingFilter {
  std::optional<SendingStatus> status;
  std::optional<JobId> job;
  std::optional<std::string> category;
  std::optional<Transport> transport;
  std::optional<std::string> recipient;
};

}  // namespace daybook::projections
