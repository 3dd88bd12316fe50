// /resources/tokens. A secret is in the answer that makes it, and nowhere else.
#include <utility>

#include "access/token_text.h"

#include "api/admission.h"
#include "api/handlers.h"
#include "api/page_json.h"
#include "api/texts_json.h"
#include "api/token_json.h"
#include "api/writes.h"

namespace daybook::api {
namespace {

// What a row of the list has.
constexpr std::string_view kTokenFields[] = {"tokenId",   "displayName", "permissions",
                                             "expiresAt", "createdAt",   "createdBy",
                                             "updatedAt", "updatedBy",   "seq"};

void write_token(JsonWriter& json, const projections::TokenRow& row) {
  json.begin_object();
  write_token_members(json, row);
  json.member("seq", row.seq);
  json.end_object();
}

// Who asks again gets all but the secret, which nobody has kept.
void write_secret(JsonWriter& json, const Written& written, std::string_view id,
                  const access::Secret& secret) {
  json.member("tokenShown", !written.reply.replayed);
  if (!written.reply.replayed) {
    json.member("token", access::token_text(id, secret.digits));
  }
}

Answer<Response> render_created_token(const Written& written, const access::Secret& secret) {
  const events::TokenCreated* event = nullptr;
  const events::Meta* meta = nullptr;
  for (const events::Recorded& recorded : written.facts.all()) {
    if (const auto* created = std::get_if<events::TokenCreated>(&recorded.event)) {
      event = created;
      meta = &recorded.meta;
    }
  }
  if (event == nullptr) {
    return refuse(Code::kInternal, "INTERNAL", "the batch does not hold the token");
  }
  auto row = projections::row_of(*event);
  row.stamp(*meta, meta->time);
  row.created_by = meta->actor;
  Response out;
  out.status = 201;
  out.add("Location", "/resources/tokens/" + row.token);
  JsonWriter json(out.body);
  json.begin_object();
  write_token_members(json, row);
  write_secret(json, written, row.token, secret);
  write_receipt(json, written.reply);
  json.end_object();
  return out;
}

Answer<Response> render_rotated_token(const Written& written, const access::Secret& secret) {
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.member("tokenId", written.call.id);
  write_secret(json, written, written.call.id, secret);
  write_receipt(json, written.reply);
  json.end_object();
  return out;
}

Answer<Response> render_revoked_token(const Written& written) {
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.member("tokenId", written.call.id);
  json.member("revoked", true);
  write_receipt(json, written.reply);
  json.end_object();
  return out;
}

}  // namespace

Answer<Response> list_tokens(const Call& call) {
  DAYBOOK_ASSIGN(auto request, call.query.page());
  request.visible = visible_to(call, access::Noun::kTokens);
  DAYBOOK_ASSIGN(const auto fields, call.query.fields(kTokenFields));
  DAYBOOK_ASSIGN(const auto page, call.engine().views.tokens(request));
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.key("tokens");
  json.begin_array();
  json.keep_members(fields);
  for (const auto& row : page.rows) {
    write_token(json, row);
  }
  json.end_array();
  end_page(json, page);
  return out;
}

// Everybody may see his own.
Answer<Response> get_token(const Call& call) {
  if (call.id != call.caller.actor) {
    DAYBOOK_TRY(check_permission(call, access::Noun::kTokens, call.id, access::Verb::kRead));
  }
  DAYBOOK_ASSIGN(const auto row, call.engine().views.token(call.id));
  if (!row) {
    return refuse(Code::kNotFound, "NOT_FOUND", "there is no token " + call.id);
  }
  Response out;
  JsonWriter json(out.body);
  write_token(json, *row);
  return out;
}

Answer<Response> own_token(const Call& call) {
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  const bool open = call.engine().tokens == nullptr;
  json.member("access", open ? "open" : "tokens");
  json.member("actor", call.caller.actor);
  json.member_or_null("tokenId", !open, call.caller.actor);
  std::vector<std::string> permissions;
  for (const access::Permission& permission : call.caller.rights->permissions()) {
    permissions.push_back(permission.text());
  }
  write_texts(json, "permissions", permissions);
  const auto table = open ? nullptr : call.engine().tokens->table();
  const access::TableEntry* entry = open ? nullptr : table->find(call.caller.actor);
  const Micros expires_at = entry == nullptr ? Micros{} : entry->expires_at;
  json.member_or_null("expiresAt", expires_at.value != 0, expires_at);
  json.end_object();
  return out;
}

void create_token(const CallPtr& call, const Responder& responder) {
  const Engine& engine = call->engine();
  FieldErrors errors;
  auto command = read_token_body(JsonValue(call->request.body), engine.clock.wall(), errors);
  if (!errors.empty()) {
    responder.send(refuse(Problem(errors.take())));
    return;
  }
  if (command.token.empty()) {
    command.token = access::make_token_id(engine.entropy);
  }
  const auto secret = access::Secret::make(engine.entropy);
  command.secret_hash = secret.hash;
  write(call, responder, std::move(command),
        [secret](const Written& written) { return render_created_token(written, secret); });
}

void rotate_token(const CallPtr& call, const Responder& responder) {
  const auto secret = access::Secret::make(call->engine().entropy);
  write(call, responder, scheduler::RotateToken{call->id, secret.hash},
        [secret](const Written& written) { return render_rotated_token(written, secret); });
}

void revoke_token(const CallPtr& call, const Responder& responder) {
  write(call, responder, scheduler::RevokeToken{call->id}, render_revoked_token);
}

}  // namespace daybook::api
