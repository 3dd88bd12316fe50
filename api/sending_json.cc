#include "api/sending_json.h"

#include <algorithm>

#include "base/json_value.h"
#include "events/json.h"

namespace daybook::api {
namespace {

// The member of the content as text; "null" when it has none.
std::string member_text(const std::string& content, std::string_view name) {
  for (const auto& [key, value] : JsonValue(content).members()) {
    if (key == name) {
      return std::string(value.text());
    }
  }
  return "null";
}

}  // namespace

void write_sending_members(JsonWriter& json, const projections::SendingRow& sending,
                           std::string_view waits_for) {
  std::string error(sending.status == projections::SendingStatus::kPending ? waits_for : "");
  if (sending.error) {
    error = sending.error->code + ": " + sending.error->message;
  }
  json.member("sendingId", sending.sending.text());
  json.member("transport", events::transport_name(sending.transport));
  json.member("recipient", sending.recipient);
  json.member("category", sending.category);
  json.member("status", projections::status_name(sending.status));
  json.member("createdAt", sending.created_at);
  json.member_or_null("processedAt", sending.processed_at.value != 0, sending.processed_at);
  json.member_or_null("sentAt", sending.sent_at.value != 0, sending.sent_at);
  json.member_or_null("nextTryAt", sending.due_at.value != 0, sending.due_at);
  json.member("retryCount", std::max(sending.attempt.value, 1U) - 1);
  json.member_or_null("errorMessage", !error.empty(), error);
  json.member_or_null("response", !sending.response.empty(), sending.response);
  json.raw_member("dynamic", member_text(sending.content, "dynamic"));
  json.raw_member("data", sending.content.empty() ? std::string_view("{}") : sending.content);
  json.member_or_null("jobId", !sending.job.is_null(), sending.job);
  json.member("createdBy", sending.created_by);
}

projections::SendingRow created_sending(const events::Meta& meta,
                                        const events::SendingCreated& event) {
  projections::SendingRow out;
  out.sending = event.sending;
  out.transport = event.transport;
  out.recipient = event.recipient;
  out.category = event.category;
  out.content = event.content.text;
  out.created_at = out.due_at = meta.time;
  out.created_by = meta.actor;
  out.job = event.job;
  out.created = out.seq = meta.seq;
  return out;
}

}  // namespace daybook::api
