// CreateToken, RotateToken, RevokeToken, ExpireTokens.
#include <algorithm>

#include "access/token_text.h"

#include "base/limits/access.h"
#include "scheduler/decide_access.h"
#include "scheduler/decide_parts.h"
#include "scheduler/state_parts.h"

namespace daybook::scheduler {
namespace {

using access::Rights;

// Nobody gives, renews or takes what he does not have.
Status check_contains(const Context& context, const Rights& rights) {
  const std::string lacking = context.rights->lacking(rights);
  return lacking.empty() ? Status{}
                         : fail(Code::kDenied, "FORBIDDEN",
                                "the token permits " + lacking + ", which yours does not");
}

// Adds the events for tokens whose time is over; at most so many.
std::size_t note_expired(const Context& context, Decision& out) {
  const Micros wall = context.state.offsets().wall(context.now);
  std::size_t noted = 0;
  context.state.each_token([&](const AccessToken& token) {
    if (token.is_over(wall) && noted < kTokensExpiredPerCommandMax) {
      out.events.emplace_back(events::TokenExpired{token.id});
      ++noted;
    }
  });
  return noted;
}

// What an earlier token of that id had scheduled would become the new one's.
bool is_owner(const State& state, std::string_view id) {
  bool out = state.parts().owners.contains(id);
  state.each_rule([&](const Rule& rule) {
    for (const RuleVersion& version : rule.versions) {
      out = out || version.owner == id;
    }
  });
  return out;
}

Status check_id(const Context& context, const std::string& id) {
  DAYBOOK_TRY(access::check_token_id(id, "tokenId"));
  if (context.state.find_token(id) != nullptr) {
    return fail(Code::kConflict, "TOKEN_EXISTS", "there is a token of this id", "tokenId");
  }
  return is_owner(context.state, id)
             ? fail(Code::kConflict, "TOKEN_ID_IN_USE",
                    "jobs or rules of an earlier token of this id are still there", "tokenId")
             : Status{};
}

// The one that is asked for, when who asks may do so; kNotFound else.
Result<const AccessToken*> given_token(const Context& context, const std::string& id) {
  const AccessToken* token = context.state.find_token(id);
  const bool seen =
      token != nullptr && (context.actor == id ||
                           context.rights->allows(access::Noun::kTokens, id, access::Verb::kWrite));
  if (!seen) {
    return fail(Code::kNotFound, "NOT_FOUND", "there is no token " + id);
  }
  DAYBOOK_TRY(check_contains(context, *token->rights));
  return token;
}

// Whether all could still be done without that one.
bool is_last_owner(const Context& context, const AccessToken& token) {
  const Micros wall = context.state.offsets().wall(context.now);
  bool others = false;
  context.state.each_token([&](const AccessToken& other) {
    others = others || (other.id != token.id && other.rights->is_all() && !other.is_over(wall));
  });
  return token.rights->is_all() && !others;
}

}  // namespace

Status decide(const Context& context, const CreateToken& command, Decision& out) {
  DAYBOOK_TRY(check_open(context));
  DAYBOOK_TRY(check_id(context, command.token));
  const std::vector<std::string_view> texts(command.permissions.begin(), command.permissions.end());
  DAYBOOK_ASSIGN(const Rights rights, Rights::parse(texts, "permissions"));
  DAYBOOK_TRY(check_contains(context, rights));
  const Micros wall = context.state.offsets().wall(context.now);
  if (command.expires_at.value != 0 && command.expires_at <= wall) {
    return fail(Code::kInvalid, "EXPIRES_IN_PAST", "a token must be good for a while", "expiresAt");
  }
  if (context.state.token_count() >= kTokensMax && note_expired(context, out) == 0) {
    return fail(Code::kExhausted, "TOO_MANY_TOKENS",
                "there are as many tokens as may be: revoke those that nobody uses");
  }
  events::TokenCreated event;
  event.token = command.token;
  event.display_name = command.display_name;
  event.permissions = texts;
  event.secret = command.secret_hash;
  event.expires_at = command.expires_at;
  out.events.emplace_back(std::move(event));
  return {};
}

Status decide(const Context& context, const RotateToken& command, Decision& out) {
  DAYBOOK_ASSIGN(const AccessToken* token, given_token(context, command.token));
  out.events.emplace_back(events::TokenRotated{token->id, command.secret_hash});
  return {};
}

Status decide(const Context& context, const RevokeToken& command, Decision& out) {
  DAYBOOK_ASSIGN(const AccessToken* token, given_token(context, command.token));
  if (!is_open_actor(context.actor) && is_last_owner(context, *token)) {
    return fail(Code::kConflict, "LAST_OWNER_TOKEN",
                "it is the last token that may do everything: create another one first");
  }
  out.events.emplace_back(events::TokenRevoked{token->id});
  return {};
}

Status decide(const Context& context, const ExpireTokens&, Decision& out) {
  note_expired(context, out);
  return {};
}

}  // namespace daybook::scheduler
