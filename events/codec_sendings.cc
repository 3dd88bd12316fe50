// Payloads of events about sendings.
#include "events/codec_parts.h"

namespace daybook::events::parts {

void write(Builder& b, Actor actor, const SendingCreated& e) {
  const auto recipient = text(b, e.recipient);
  const auto category = text(b, e.category);
  const auto content = text(b, e.content.text);
  const fb::Id sending = id(e.sending);
  const fb::Id job = id(e.job);
  b.Finish(fb::CreateSendingCreated(b, actor, &sending, static_cast<std::uint8_t>(e.transport),
                                    recipient, category, content, e.job.is_null() ? nullptr : &job,
                                    e.effect_of.value, e.effect_index));
}

bool read(const fb::SendingCreated& t, SendingCreated& e) {
  e = {sending_id(t.sending()), static_cast<Transport>(t.transport()),
       text(t.recipient()),     text(t.category()),
       Json{text(t.content())}, id(t.job()),
       Seq{t.effect_of()},      t.effect_index()};
  return !e.sending.is_null() && t.transport() >= 1 && t.transport() <= 3;
}

void write(Builder& b, Actor actor, const SendingRetryScheduled& e) {
  const auto code = text(b, e.failure.code);
  const auto message = text(b, e.failure.message);
  const auto details = text(b, e.failure.details.text);
  const fb::Id sending = id(e.sending);
  b.Finish(fb::CreateSendingRetryScheduled(b, actor, &sending, e.attempt.value, code, message,
                                           details, e.retry_at.value));
}

bool read(const fb::SendingRetryScheduled& t, SendingRetryScheduled& e) {
  e = {sending_id(t.sending()), Attempt{t.attempt()}, failure_of(t), Micros{t.retry_at_us()}};
  return !e.sending.is_null() && e.attempt.value > 0;
}

void write(Builder& b, Actor actor, const SendingSent& e) {
  const auto response = text(b, e.response);
  const fb::Id sending = id(e.sending);
  b.Finish(fb::CreateSendingSent(b, actor, &sending, e.attempt.value, response));
}

bool read(const fb::SendingSent& t, SendingSent& e) {
  e = {sending_id(t.sending()), Attempt{t.attempt()}, text(t.response())};
  return !e.sending.is_null() && e.attempt.value > 0;
}

void write(Builder& b, Actor actor, const SendingBounced& e) {
  const auto code = text(b, e.failure.code);
  const auto message = text(b, e.failure.message);
  const auto details = text(b, e.failure.details.text);
  const fb::Id sending = id(e.sending);
  b.Finish(fb::CreateSendingBounced(b, actor, &sending, e.attempt.value, code, message, details));
}

bool read(const fb::SendingBounced& t, SendingBounced& e) {
  e = {sending_id(t.sending()), Attempt{t.attempt()}, failure_of(t)};
  return !e.sending.is_null();
}

void write(Builder& b, Actor actor, const SendingCancelled& e) {
  const fb::Id sending = id(e.sending);
  b.Finish(fb::CreateSendingCancelled(b, actor, &sending));
}

bool read(const fb::SendingCancelled& t, SendingCancelled& e) {
  e = {sending_id(t.sending())};
  return !e.sending.is_null();
}

void write(Builder& b, Actor actor, const SendingRemoved& e) {
  const fb::Id sending = id(e.sending);
  b.Finish(fb::CreateSendingRemoved(b, actor, &sending, e.created.value,
                                    static_cast<std::uint8_t>(e.reason)));
}

bool read(const fb::SendingRemoved& t, SendingRemoved& e) {
  e = {sending_id(t.sending()), Seq{t.created()}, static_cast<RemovalReason>(t.reason())};
  return !e.sending.is_null() && e.created.value > 0 && t.reason() >= 1 && t.reason() <= 2;
}

}  // namespace daybook::events::parts
