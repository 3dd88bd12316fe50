// Events about what is sent to the outside: asked for, tried, sent, given up, removed.
#pragma once

#include "events/attempt_events.h"

namespace daybook::events {

// Something is to be sent, as soon as it can be. content is the whole request: of a mail its
// subject, body and further recipients; of a post its headers and body. job: whose run asked for
// it, null when a request or a rule did. effect_of, effect_index: as in JobCreated.
struct SendingCreated {
  SendingId sending;
  Transport transport = Transport::kEmail;
  Text recipient;
  Text category;
  Json content;
  JobId job;
  Seq effect_of;
  std::uint32_t effect_index = 0;

  void each(auto&& f) const {
    f("sendingId", sending), f("transport", transport), f("recipient", recipient);
    f("category", category), f("content", content), f("jobId", job), f("effectOf", effect_of);
    f("effectIndex", effect_index);
  }
};

// A try failed; the next one is due at retry_at.
struct SendingRetryScheduled {
  SendingId sending;
  Attempt attempt;
  Failure failure;
  Micros retry_at;

  void each(auto&& f) const {
    f("sendingId", sending), f("attempt", attempt), f("code", failure.code);
    f("message", failure.message), f("details", failure.details), f("retryAt", retry_at);
  }
};

// The other side took it; response is what it said.
struct SendingSent {
  SendingId sending;
  Attempt attempt;
  Text response;

  void each(auto&& f) const {
    f("sendingId", sending), f("attempt", attempt), f("response", response);
  }
};

// It was given up. attempt is zero when no try was made.
struct SendingBounced {
  SendingId sending;
  Attempt attempt;
  Failure failure;

  void each(auto&& f) const {
    f("sendingId", sending), f("attempt", attempt), f("code", failure.code);
    f("message", failure.message), f("details", failure.details);
  }
};

// Somebody withdrew it while it waited.
struct SendingCancelled {
  SendingId sending;

  void each(auto&& f) const { f("sendingId", sending); }
};

// An ended sending left the lists. created: its SendingCreated event, by which it is known as
// ended.
struct SendingRemoved {
  SendingId sending;
  Seq created;
  RemovalReason reason = RemovalReason::kRetention;

  void each(auto&& f) const { f("sendingId", sending), f("created", created), f("reason", reason); }
};

}  // namespace daybook::events
