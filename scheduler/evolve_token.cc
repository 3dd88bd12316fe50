// Access tokens: the live ones.
#include "base/check.h"
#include "scheduler/evolve.h"

namespace daybook::scheduler {
namespace {

void forget_token(State::Parts& s, std::string_view id) {
  const auto found = s.tokens.find(id);
  DAYBOOK_CHECK(found != s.tokens.end(), "a token that ends was there");
  s.tokens.erase(found);
  ++s.token_changes;
}

}  // namespace

void evolve_event(State::Parts& s, const events::Meta&, const Hash&,
                  const events::TokenCreated& e) {
  AccessToken token;
  token.id = e.token;
  token.display_name = e.display_name;
  token.permissions.assign(e.permissions.begin(), e.permissions.end());
  token.secret_hash = e.secret;
  token.expires_at = e.expires_at;
  token.rights = rights_in(token.permissions);
  const bool added = s.tokens.emplace(token.id, std::move(token)).second;
  DAYBOOK_CHECK(added, "a token's id is free when it is created");
  ++s.token_changes;
}

void evolve_event(State::Parts& s, const events::Meta&, const Hash&,
                  const events::TokenRotated& e) {
  const auto found = s.tokens.find(e.token);
  DAYBOOK_CHECK(found != s.tokens.end(), "a token that is rotated is there");
  found->second.secret_hash = e.secret;
  ++s.token_changes;
}

void evolve_event(State::Parts& s, const events::Meta&, const Hash&,
                  const events::TokenRevoked& e) {
  forget_token(s, e.token);
}

void evolve_event(State::Parts& s, const events::Meta&, const Hash&,
                  const events::TokenExpired& e) {
  forget_token(s, e.token);
}

}  // namespace daybook::scheduler
