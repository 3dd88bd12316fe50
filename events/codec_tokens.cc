// Payloads of events about access tokens.
#include "events/codec_parts.h"

namespace daybook::events::parts {

void write(Builder& b, Actor actor, const TokenCreated& e) {
  const auto token = text(b, e.token);
  const auto display_name = text(b, e.display_name);
  const auto permissions = texts(b, e.permissions);
  const auto secret = hash(b, e.secret);
  b.Finish(fb::CreateTokenCreated(b, actor, token, display_name, permissions, secret,
                                  e.expires_at.value));
}

bool read(const fb::TokenCreated& t, TokenCreated& e) {
  e.token = text(t.token());
  e.display_name = text(t.display_name());
  texts(t.permissions(), e.permissions);
  e.expires_at = Micros{t.expires_at_us()};
  return !e.token.empty() && !e.permissions.empty() && t.secret() != nullptr &&
         hash(t.secret(), e.secret);
}

void write(Builder& b, Actor actor, const TokenRotated& e) {
  const auto token = text(b, e.token);
  const auto secret = hash(b, e.secret);
  b.Finish(fb::CreateTokenRotated(b, actor, token, secret));
}

bool read(const fb::TokenRotated& t, TokenRotated& e) {
  e.token = text(t.token());
  return !e.token.empty() && t.secret() != nullptr && hash(t.secret(), e.secret);
}

void write(Builder& b, Actor actor, const TokenRevoked& e) {
  const auto token = text(b, e.token);
  b.Finish(fb::CreateTokenRevoked(b, actor, token));
}

bool read(const fb::TokenRevoked& t, TokenRevoked& e) {
  e = {text(t.token())};
  return !e.token.empty();
}

void write(Builder& b, Actor actor, const TokenExpired& e) {
  const auto token = text(b, e.token);
  b.Finish(fb::CreateTokenExpired(b, actor, token));
}

bool read(const fb::TokenExpired& t, TokenExpired& e) {
  e = {text(t.token())};
  return !e.token.empty();
}

}  // namespace daybook::events::parts
