#include "projections/sending_entry.h"

#include <array>

#include "projections/bytes.h"

namespace daybook::projections {
namespace {

constexpr std::array<std::string_view, 4> kSendingStatusNames = {"pending", "sent", "bounced",
                                                                 "cancelled"};

}  // namespace

std::string_view status_name(SendingStatus status) {
  return kSendingStatusNames[static_cast<std::size_t>(status)];
}

std::optional<SendingStatus> parse_sending_status(std::string_view name) {
  for (std::size_t i = 0; i < kSendingStatusNames.size(); ++i) {
    if (kSendingStatusNames[i] == name) {
      return static_cast<SendingStatus>(i);
    }
  }
  return std::nullopt;
}

std::string encode_sending(const SendingRow& row) {
  std::string out;
  Put put(out);
  put.u64(row.sending.high).u64(row.sending.low);
  put.u8(static_cast<std::uint8_t>(row.transport)).u8(static_cast<std::uint8_t>(row.status));
  put.text(row.recipient).text(row.category).text(row.content);
  put.zigzag(row.created_at.value).zigzag(row.due_at.value).zigzag(row.processed_at.value);
  put.zigzag(row.sent_at.value).zigzag(row.ended_at.value).varint(row.attempt.value);
  put.u8(row.error ? 1 : 0);
  if (row.error) {
    put.text(row.error->code).text(row.error->message).text(row.error->details);
  }
  put.text(row.response).text(row.created_by).u64(row.job.high).u64(row.job.low);
  put.varint(row.seq.value);
  return out;
}

bool decode_sending(Seq key, std::string_view value, SendingRow& row) {
  Scan scan(value);
  row.created = key;
  row.sending.high = scan.u64();
  row.sending.low = scan.u64();
  row.transport = static_cast<Transport>(scan.u8());
  const std::uint8_t status = scan.u8();
  row.status = static_cast<SendingStatus>(status);
  row.recipient = scan.text();
  row.category = scan.text();
  row.content = scan.text();
  row.created_at = Micros{scan.zigzag()};
  row.due_at = Micros{scan.zigzag()};
  row.processed_at = Micros{scan.zigzag()};
  row.sent_at = Micros{scan.zigzag()};
  row.ended_at = Micros{scan.zigzag()};
  row.attempt = Attempt{static_cast<std::uint32_t>(scan.varint())};
  if (scan.u8() != 0) {
    JobError error;
    error.code = scan.text();
    error.message = scan.text();
    error.details = scan.text();
    row.error = std::move(error);
  }
  row.response = scan.text();
  row.created_by = scan.text();
  row.job.high = scan.u64();
  row.job.low = scan.u64();
  row.seq = Seq{scan.varint()};
  return scan.ok() && scan.done() && status < kSendingStatusNames.size();
}

}  // namespace daybook::projections
