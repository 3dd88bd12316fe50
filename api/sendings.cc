// GET /resources/sendings, GET and DELETE /resources/sendings/{sendingId}, POST
// /resources/sendings/email.
#include <array>
#include <utility>

#include "api/handle.h"
#include "api/handlers.h"
#include "api/page_json.h"
#include "api/sending_json.h"
#include "api/writes.h"
#include "base/check.h"
#include "base/derived_id.h"
#include "base/limits/components.h"
#include "base/limits/resources.h"
#include "components/effects.h"
#include "events/json.h"

namespace daybook::api {
namespace {

// What a row of the list has.
constexpr std::string_view kSendingFields[] = {
    "sendingId",   "transport", "recipient", "category",   "status",       "createdAt",
    "processedAt", "sentAt",    "nextTryAt", "retryCount", "errorMessage", "response",
    "dynamic",     "data",      "jobId",     "createdBy",  "seq"};

using projections::SendingFilter;
using projections::SendingRow;

std::string_view waits_for(const Call& call, const SendingRow& sending) {
  if (sending.transport == Transport::kEmail && !call.engine().mail) {
    return "MAIL_NOT_CONFIGURED: this server has no mail server to send by";
  }
  if (sending.transport == Transport::kActor && !call.engine().effects.actors) {
    return "ACTORS_NOT_CONFIGURED: this server has no actor endpoint";
  }
  return {};
}

Result<std::optional<Transport>> read_transport(const Query& query) {
  const auto name = query.find("transport");
  if (!name) {
    return std::optional<Transport>();
  }
  for (const Transport transport : {Transport::kEmail, Transport::kHttp, Transport::kActor}) {
    if (events::transport_name(transport) == *name) {
      return std::optional(transport);
    }
  }
  return fail(Code::kInvalid, "INVALID_FIELD", "must be email, http or actor", "transport");
}

Result<std::optional<std::string>> read_text(const Query& query, std::string_view name,
                                             std::size_t bytes_max) {
  const auto text = query.find(name);
  if (text && (text->empty() || text->size() > bytes_max)) {
    return fail(Code::kInvalid, "INVALID_FIELD",
                "must have 1 to " + std::to_string(bytes_max) + " bytes", name);
  }
  return text ? std::optional(std::string(*text)) : std::nullopt;
}

Result<SendingFilter> read_sending_filter(const Query& query) {
  SendingFilter out;
  if (const auto name = query.find("status")) {
    out.status = projections::parse_sending_status(*name);
    if (!out.status) {
      return fail(Code::kInvalid, "INVALID_FIELD", "must be pending, sent, bounced or cancelled",
                  "status");
    }
  }
  if (const auto id = query.find("jobId")) {
    DAYBOOK_ASSIGN(out.job, JobId::parse(*id, "jobId"));
  }
  DAYBOOK_ASSIGN(out.transport, read_transport(query));
  DAYBOOK_ASSIGN(out.category, read_text(query, "category", kTagBytesMax));
  DAYBOOK_ASSIGN(out.recipient, read_text(query, "recipient", kUrlBytesMax));
  return out;
}

void write_sending(JsonWriter& json, const Call& call, const SendingRow& sending) {
  json.begin_object();
  write_sending_members(json, sending, waits_for(call, sending));
  json.member("seq", sending.seq);
  json.end_object();
}

Answer<Response> render_created_sending(const Written& written) {
  for (const events::Recorded& recorded : written.facts.all()) {
    if (const auto* event = std::get_if<events::SendingCreated>(&recorded.event)) {
      const SendingRow row = created_sending(recorded.meta, *event);
      Response out;
      out.status = 201;
      out.add("Location", "/resources/sendings/" + row.sending.text());
      JsonWriter json(out.body);
      json.begin_object();
      write_sending_members(json, row, waits_for(written.call, row));
      write_receipt(json, written.reply);
      json.end_object();
      return out;
    }
  }
  return refuse(Code::kInternal, "INTERNAL", "the batch does not hold the sending");
}

Answer<Response> render_cancelled(const Written& written) {
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.member("sendingId", written.call.id);
  json.member("status", "cancelled");
  write_receipt(json, written.reply);
  json.end_object();
  return out;
}

// Drawn, not taken from the request: whoever names requests must not choose ids.
SendingId new_id(Entropy& entropy) {
  std::array<std::uint8_t, 16> seed{};
  for (std::size_t i = 0; i < seed.size(); i += 8) {
    const std::uint64_t word = entropy.next();
    for (std::size_t k = 0; k < 8; ++k) {
      seed[i + k] = static_cast<std::uint8_t>(word >> (8 * k));
    }
  }
  return derive_id(seed, "request", 0).sending();
}

// It is not pending: the list knows what became of it.
void refuse_cancel(const CallPtr& call, const Responder& responder, SendingId id) {
  run_read(call, responder, [call, responder, id] {
    auto row = call->engine().views.sending(id);
    if (!row) {
      responder.send(refuse(std::move(row).error()));
    } else if (!*row) {
      responder.send(refuse(Code::kNotFound, "NOT_FOUND", "there is no sending " + id.text()));
    } else {
      responder.send(refuse(Code::kConflict, "SENDING_ENDED",
                            "the sending is " +
                                std::string(projections::status_name((*row)->status)) +
                                "; only a pending one can be cancelled"));
    }
  });
}

}  // namespace

Answer<Response> get_sending(const Call& call) {
  DAYBOOK_ASSIGN(const SendingId id, SendingId::parse(call.id, "sendingId"));
  DAYBOOK_ASSIGN(const auto sending, call.engine().views.sending(id));
  if (!sending) {
    return refuse(Code::kNotFound, "NOT_FOUND", "there is no sending " + id.text());
  }
  Response out;
  JsonWriter json(out.body);
  write_sending(json, call, *sending);
  return out;
}

Answer<Response> list_sendings(const Call& call) {
  const auto& views = call.engine().views;
  DAYBOOK_ASSIGN(const SendingFilter filter, read_sending_filter(call.query));
  DAYBOOK_ASSIGN(const auto request, call.query.page());
  DAYBOOK_ASSIGN(const auto fields, call.query.fields(kSendingFields));
  DAYBOOK_ASSIGN(const auto page, views.sendings(filter, request));
  Response out;
  JsonWriter json(out.body);
  json.begin_object();
  json.key("sendings");
  json.begin_array();
  json.keep_members(fields);
  for (const SendingRow& sending : page.rows) {
    write_sending(json, call, sending);
  }
  json.end_array();
  end_page(json, page);
  return out;
}

void create_email(const CallPtr& call, const Responder& responder) {
  auto effect = components::parse_email(call->request.body);
  if (!effect) {
    responder.send(refuse(std::move(effect).error()));
    return;
  }
  scheduler::CreateSending command;
  command.sending.id = new_id(call->engine().entropy);
  command.sending.transport = effect->transport;
  command.sending.recipient = std::move(effect->recipient);
  command.sending.category = std::move(effect->category);
  command.sending.content = std::move(effect->content);
  write(call, responder, std::move(command), render_created_sending);
}

void delete_sending(const CallPtr& call, const Responder& responder) {
  auto id = SendingId::parse(call->id, "sendingId");
  if (!id) {
    responder.send(refuse(std::move(id).error()));
    return;
  }
  submit_command(call, responder, scheduler::CancelSending{*id},
                 [call, responder, id = *id](Result<scheduler::Reply> reply) {
                   if (reply) {
                     render_reply(call, responder, std::move(*reply), render_cancelled);
                   } else if (reply.error().code == Code::kNotFound) {
                     refuse_cancel(call, responder, id);
                   } else {
                     responder.send(refuse(std::move(reply).error()));
                   }
                 });
}

}  // namespace daybook::api
